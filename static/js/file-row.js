/** A row of a form's list of files, as long as the server has not rendered it: see conversations/_file_parts.html. */

import { parseHTML } from "./html.js";
import { translate } from "./page-data.js";
import { ConnectionLost, errorMessage, ResponseError } from "./requests.js";
import { upload } from "./upload.js";

/** The end of a name, which stays readable when the name is shortened: as in templatetags/files.py. */
const NAME_END_LENGTH = 12;
const BYTES_PER_MB = 1024 * 1024;
/** Statuses with which the server refuses the file itself: it would refuse it again. */
const REFUSALS = [400, 413, 415];
const UNITS = ["KB", "MB", "GB"];

export class FileRow {
  #file;
  #onStored;
  #controller;
  /** Why the upload failed, if it did. */
  error = null;

  /** `onStored` is called when the file is stored, before the form has it. */
  constructor(name, file = null, onStored = () => {}) {
    this.#file = file;
    this.#onStored = onStored;
    this.element = document.querySelector("template[data-file-row]").content.firstElementChild.cloneNode(true);
    this.element.dataset.name = name;
    const characters = [...name];
    this.#part("start").textContent = characters.slice(0, -NAME_END_LENGTH).join("");
    this.#part("end").textContent = characters.slice(-NAME_END_LENGTH).join("");
    this.#part("full").textContent = name;
    this.#part("start").parentElement.title = name;
    for (const attribute of ["remove-file", "retry-file"]) {
      const button = this.element.querySelector(`[data-${attribute}]`);
      button.setAttribute("aria-label", `${button.getAttribute("aria-label")}: ${name}`);
    }
  }

  /** Upload the file, when `inTurn` runs that. Resolves with whether it is stored. */
  async upload(inTurn) {
    this.error = null;
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.#setState("uploading");
    this.#showProgress(0);
    try {
      this.#checkSize();
      const { html } = await inTurn(() => upload(this.#file, { signal, onProgress: (part) => this.#showProgress(part) }));
      this.#onStored();
      this.replaceWith(parseHTML(html).querySelector("li"));
      return true;
    } catch (error) {
      if (!signal.aborted) this.fail(error);
      return false;
    }
  }

  cancel() {
    this.#controller?.abort();
  }

  /** Show that the form has the file with this id. */
  setStored(id) {
    const box = this.element.querySelector("[name=files]");
    box.value = id;
    box.disabled = false;
    this.element.dataset.file = id;
    this.#setState("");
  }

  fail(error) {
    this.error = error;
    this.element.querySelector("[name=files]").disabled = true;
    this.#setState("failed");
    this.#part("problem").textContent = this.sentence;
    this.element.scrollIntoView({ block: "nearest" });
  }

  /** Why the upload failed. */
  get sentence() {
    if (this.error instanceof ConnectionLost) return translate("upload-lost");
    // From a server in front of the site.
    if (this.error.status === 413 && !this.error.message) return this.#tooLarge;
    return errorMessage(this.error);
  }

  /** Put the row that the server has rendered in the place of this one. */
  replaceWith(row) {
    const hadFocus = this.element.contains(document.activeElement);
    this.element.replaceWith(row);
    if (hadFocus) row.querySelector("[data-remove-file]").focus();
    notify(row);
  }

  #checkSize() {
    const { maxMb } = this.element.parentElement.dataset;
    if (this.#file.size > Number(maxMb) * BYTES_PER_MB) throw new ResponseError(413, this.#tooLarge);
  }

  get #tooLarge() {
    return this.element.parentElement.dataset.tooLarge;
  }

  #showProgress(part) {
    const percent = Math.floor(part * 100);
    this.element.querySelector("progress").value = percent;
    this.#part("size").textContent = `${percent} % · ${formatSize(this.#file.size)}`;
  }

  get #canRetry() {
    return this.#file && !REFUSALS.includes(this.error?.status);
  }

  #setState(state) {
    if (state) this.element.dataset.state = state;
    else delete this.element.dataset.state;
    this.element.querySelector("progress").hidden = state !== "uploading";
    this.element.querySelector("[data-retry-file]").hidden = state !== "failed" || !this.#canRetry;
    this.#part("problem").hidden = state !== "failed";
    if (state !== "uploading") this.#part("size").textContent = this.#file ? formatSize(this.#file.size) : "";
    notify(this.element);
  }

  #part(name) {
    return this.element.querySelector(`[data-part=${name}]`);
  }
}

/** Tell the form of a row that its files have changed. */
export function notify(row) {
  row.dispatchEvent(new Event("files", { bubbles: true }));
}

/** As Django's `filesizeformat` does, in the row that takes the place of this one. */
function formatSize(bytes) {
  const power = Math.min(Math.floor(Math.log2(bytes || 1) / 10), UNITS.length);
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false };
  const number = new Intl.NumberFormat(document.documentElement.lang, digits).format(bytes / 1024 ** power);
  const size = power ? `${number} ${UNITS[power - 1]}` : translate(bytes === 1 ? "byte" : "bytes", String(bytes));
  return size.replace(" ", "\u00a0");
}
