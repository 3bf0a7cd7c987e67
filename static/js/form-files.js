/**
 * The files of a form that asks something. What is shown is the state: a row of the form's list has the id of its file in
 * a checked box, or its `data-state` says that it is "uploading" or "failed". What adds and removes rows is loaded when
 * it is first needed. The list dispatches `files` when its rows have changed; the event bubbles.
 */

import { translate } from "./page-data.js";
import { attempt, load } from "./requests.js";

/** The files that are uploaded, as [{id, name}]. */
export function listFiles(form) {
  const boxes = [...form.querySelectorAll("[data-files] [name=files]:checked:enabled")];
  return boxes.map((box) => ({ id: box.value, name: box.closest("li").dataset.name }));
}

/** Whether there is no file, not even one that is being uploaded. */
export function hasNoFiles(form) {
  return form.querySelector("[data-files] > li") === null;
}

/** Upload files, and add them to the form. */
export function attachFiles(form, files) {
  if (!files.length) return;
  // Until the rows are there, the form must not be sent without them.
  const standIn = addRow(form, { state: "uploading" });
  standIn.hidden = true;
  attempt(async () => {
    const rows = await loadRows().finally(() => standIn.remove());
    await rows.attachFiles(form, files);
  });
}

/** Add files that are uploaded already, as `listFiles` lists them. */
export function showFiles(form, files) {
  const known = new Set(listFiles(form).map(({ id }) => id));
  const added = (files ?? []).filter(({ id }) => !known.has(id));
  if (!added.length) return;
  // The form has them at once, whatever happens.
  const standIns = added.map(({ id, name }) => {
    const row = addRow(form, { file: id, name });
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", name: "files", value: id, checked: true, hidden: true });
    row.append(name, box);
    return row;
  });
  attempt(async () => (await loadRows()).showFiles(standIns));
}

function addRow(form, state) {
  const row = document.createElement("li");
  row.className = "file";
  Object.assign(row.dataset, state);
  form.querySelector("[data-files]").append(row);
  return row;
}

/** Take the files out of the form that are uploaded, because they belong to a question now. */
export function clearFiles(form) {
  const list = form.querySelector("[data-files]");
  for (const row of list.querySelectorAll(":scope > [data-file]")) row.remove();
  list.dispatchEvent(new Event("files", { bubbles: true }));
}

/** Take a file out of its form, and cancel it if it is being uploaded. */
export function removeFile(row) {
  attempt(async () => (await loadRows()).removeFile(row));
}

export function retryUpload(row) {
  attempt(async () => (await loadRows()).retryUpload(row));
}

/** What it imports must not import this module: the names of both contain hashes of their contents. */
function loadRows() {
  return load(import("./file-rows.js"));
}

/**
 * Whether a form cannot be sent yet. While files are being uploaded the button says so, and the form is sent when they
 * are there, unless the person goes on typing or takes one of them out.
 */
export function holdBack(form, submitter) {
  const has = (state) => form.querySelector(`[data-files] > [data-state=${state}]`) !== null;
  if (has("uploading")) {
    waitForUploads(form, submitter ?? form.querySelector("button:not([type=button], [hidden])"));
    return true;
  }
  if (!has("failed")) return false;
  const canRetry = form.querySelector("[data-retry-file]:not([hidden])");
  form.querySelector("[data-problem]").textContent = translate(canRetry ? "file-failed" : "file-refused");
  return true;
}

function waitForUploads(form, button) {
  if (form.querySelector("[data-waiting-for-files]")) return;
  const label = button.textContent;
  const waiting = new AbortController();
  const stop = () => {
    button.textContent = label;
    button.removeAttribute("data-waiting-for-files");
    waiting.abort();
  };
  const sendWhenUploaded = () => {
    if (form.querySelector("[data-files] > [data-state=uploading]")) return;
    stop();
    form.requestSubmit(button);
  };
  button.textContent = translate("uploading");
  button.setAttribute("data-waiting-for-files", "");
  form.addEventListener("files", sendWhenUploaded, waiting);
  // Scripts change the text as well.
  form.addEventListener("input", ({ isTrusted }) => isTrusted && stop(), waiting);
  form.addEventListener("click", ({ target }) => target.closest("[data-remove-file]") && stop(), waiting);
}
