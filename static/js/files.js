/** Takes files that are chosen, dropped on the page or pasted, for the form that is meant; opens those that are shown. */

import { attachFiles, removeFile, retryUpload } from "./form-files.js";
import { translate } from "./page-data.js";
import { attempt, load } from "./requests.js";

/** From this length on a pasted text may become a file. */
const MIN_LONG_PASTE = 10_000;

export function listenForFiles() {
  document.addEventListener("change", handleChange);
  document.addEventListener("click", handleClick);
  document.addEventListener("paste", handlePaste);
  document.addEventListener("dragover", handleDragOver);
  document.addEventListener("drop", handleDrop);
  // Only when the pointer leaves the window, it comes to no other element.
  document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || showDropZone(false));
  // What was chosen before this script was there.
  for (const field of document.querySelectorAll("[data-attach]")) takeChosen(field);
}

/** The form that files at this place are for: the one around it, else the composer; null where nothing can be asked. */
function findForm(target) {
  return target.closest?.("form:has([data-files])") ?? document.getElementById("composer");
}

function handleChange({ target }) {
  if (target.matches("[data-attach]")) takeChosen(target);
}

function takeChosen(field) {
  const files = [...field.files];
  // The same file can be chosen again.
  field.value = "";
  attachFiles(field.form, files);
}

function handleClick(event) {
  const { target } = event;
  const row = target.closest("[data-files] > li");
  if (target.closest("[data-remove-file]")) removeFile(row);
  else if (target.closest("[data-retry-file]")) retryUpload(row);
  else if (target.closest("a[data-view]")) view(event);
}

/** Show an image in the page, unless it is wanted in another tab. */
function view(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const link = event.target.closest("a[data-view]");
  attempt(async () => (await load(import("./image-viewer.js"))).viewImage(link));
}

function handlePaste(event) {
  const form = findForm(event.target);
  if (!form || (event.target.matches("input, textarea") && !form.contains(event.target))) return;
  const { clipboardData } = event;
  const text = clipboardData.getData("text/plain");
  const files = [...clipboardData.files];
  if (files.length && !isTextMeant(text, files)) {
    event.preventDefault();
    attachFiles(form, files.map(nameImage));
  } else if (text.length > MIN_LONG_PASTE && event.target === form.elements.text) {
    offerFile(form, text);
  }
}

/** Cells of a spreadsheet come with an image of them. Files that were copied come with their names as text. */
function isTextMeant(text, files) {
  const names = new Set(files.map(({ name }) => name));
  return text.trim() !== "" && !text.split(/[\r\n]+/).every((line) => names.has(line));
}

/** Browsers call every image that is pasted image.png. */
function nameImage(file) {
  const [, type] = /^image(\.\w+)$/.exec(file.name) ?? [];
  return type ? new File([file], translate("pasted-image") + type, { type: file.type }) : file;
}

/** The browser puts the text into the field, where it stays until it is stored as a file. */
function offerFile(form, text) {
  const { selectionStart } = form.elements.text;
  attempt(async () => (await load(import("./long-paste.js"))).offerFile(form, text, selectionStart));
}

function handleDragOver(event) {
  if (!event.dataTransfer.types.includes("Files") || !findForm(event.target)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  showDropZone(true);
}

function handleDrop(event) {
  showDropZone(false);
  const form = findForm(event.target);
  if (!form || !event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  const items = [...event.dataTransfer.items].filter(({ kind }) => kind === "file");
  const files = items.filter((item) => !item.webkitGetAsEntry?.()?.isDirectory).map((item) => item.getAsFile());
  if (files.length < items.length) document.querySelector("chat-toast").show(translate("folder"));
  attachFiles(form, files);
}

function showDropZone(isShown) {
  const zone = document.querySelector("[data-drop-zone]");
  if (zone) zone.hidden = !isShown;
}
