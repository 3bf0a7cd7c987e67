/** What changes the rows of a form's list of files: see form-files.js, which loads it. */

import { FileRow, notify } from "./file-row.js";
import { parseHTML } from "./html.js";
import { addressOf, announce, translate } from "./page-data.js";
import { ConnectionLost, errorMessage, ResponseError, send } from "./requests.js";

/** Browsers open few connections to a server, and the answer that is being written needs one. */
const MAX_UPLOADS = 3;
let running = 0;
const waiting = [];

/** The rows that are not rendered by the server, by their elements. */
const rows = new WeakMap();

window.addEventListener("online", () => retryAll());
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("[data-files] > [data-state=uploading]")) event.preventDefault();
});

/** Upload files. `onStored` is called when one of them is stored, before the form has it. */
export async function attachFiles(form, files, { onStored } = {}) {
  const list = form.querySelector("[data-files]");
  const accepted = files.slice(0, Math.max(Number(list.dataset.maxFiles) - list.children.length, 0));
  if (accepted.length < files.length) document.querySelector("chat-toast").show(list.dataset.tooMany);
  const added = accepted.map((file) => buildRow(file.name, file, onStored));
  list.append(...added.map(({ element }) => element));
  list.lastElementChild?.scrollIntoView({ block: "nearest" });
  await uploadAll(added);
}

/** Put rows with buttons in the place of those that stand for files by their names, then those of the server. */
export async function showFiles(standIns) {
  const added = new Map();
  for (const standIn of standIns) {
    const { file: id, name } = standIn.dataset;
    const row = buildRow(name);
    standIn.replaceWith(row.element);
    row.setStored(id);
    added.set(id, row);
  }
  const query = new URLSearchParams([...added.keys()].map((id) => ["id", id]));
  const response = await send("GET", `${addressOf("files", "")}?${query}`);
  for (const element of parseHTML(await response.text()).querySelectorAll("li")) {
    const row = added.get(element.dataset.file);
    if (row?.element.isConnected) row.replaceWith(element);
    added.delete(element.dataset.file);
  }
  for (const row of added.values()) row.fail(new ResponseError(410, translate("file-gone")));
}

/** Take a file out of its form. What is in no question yet is deleted on the server. */
export async function removeFile(element) {
  const { file: id } = element.dataset;
  const list = element.parentElement;
  const isAsked = list.closest("article")?.querySelector(`[data-question] [data-file="${id}"]`);
  const neighbor = element.nextElementSibling ?? element.previousElementSibling;
  const next = neighbor?.querySelector("[data-remove-file]") ?? list.closest("form").querySelector("[data-attach]");
  next.focus();
  element.remove();
  notify(list);
  rows.get(element)?.cancel();
  if (!id || isAsked) return;
  // What stays there for want of a connection is deleted after a day.
  await send("DELETE", addressOf("file", id)).catch(errorMessage);
}

export async function retryUpload(element) {
  element.querySelector("[data-remove-file]").focus();
  await uploadAll([rows.get(element)]);
}

/** Try again what failed because there was no connection. */
async function retryAll() {
  const failed = [...document.querySelectorAll("[data-files] > [data-state=failed]")].map((row) => rows.get(row));
  await uploadAll(failed.filter((row) => row?.error instanceof ConnectionLost));
}

function buildRow(name, file, onStored) {
  const row = new FileRow(name, file, onStored);
  rows.set(row.element, row);
  return row;
}

/** Upload rows, and say once what has become of them. */
async function uploadAll(added) {
  const areStored = await Promise.all(added.map((row) => row.upload(inTurn)));
  const failed = added.filter(({ error }) => error);
  const stored = areStored.filter(Boolean).length;
  const sentences = stored ? [translate("files-attached", String(stored))] : [];
  if (failed.length) sentences.push(translate("files-failed", String(failed.length)), failed[0].sentence);
  if (sentences.length) announce(sentences.join(" "));
}

/** Run an upload when few enough others run. */
async function inTurn(run) {
  if (running >= MAX_UPLOADS) await new Promise((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await run();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}
