/**
 * <chat-selection>: archives or deletes the selected rows of a list, and offers to undo it. The browser itself sends the
 * form that exports them, and saves the file.
 */

import { hideRows } from "../actions.js";
import { translate } from "../page-data.js";
import { attempt, send } from "../requests.js";

/** What the toast says of each action. */
const SENTENCES = { archive: "archived", unarchive: "unarchived", delete: "deleted" };

export class ChatSelection extends HTMLElement {
  #form;
  #list;
  #all;

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.#list = this.closest("[data-entries]");
    this.#all = this.querySelector("[data-all]");
    this.#all.addEventListener("change", () => this.#selectAll(this.#all.checked));
    this.#list.addEventListener("change", () => this.#update());
    this.#form.addEventListener("submit", (event) => this.#handleSubmit(event));
    this.#update();
  }

  /** The boxes of the rows that are still there. */
  get #boxes() {
    return [...this.#list.querySelectorAll("input[name=id]")];
  }

  #selectAll(isSelected) {
    for (const box of this.#boxes) box.checked = isSelected;
  }

  #update() {
    const boxes = this.#boxes;
    const count = boxes.filter(({ checked }) => checked).length;
    this.#all.checked = count > 0 && count === boxes.length;
    this.#all.indeterminate = count > 0 && count < boxes.length;
    this.querySelector("[data-count]").textContent = count ? translate("selected", String(count)) : "";
    for (const button of this.#form.querySelectorAll("button")) button.disabled = !count;
  }

  async #handleSubmit(event) {
    const { submitter: button } = event;
    if (button.matches("[data-download]")) return;
    event.preventDefault();
    const selected = this.#boxes.filter(({ checked }) => checked);
    const fields = new URLSearchParams(new FormData(this.#form, button));
    // The buttons are named `action`, and so is `form.action`.
    const address = this.#form.getAttribute("action");
    if (!(await attempt(() => send("POST", address, { fields })))) return;
    const ids = selected.map(({ value }) => value);
    for (const box of selected) box.checked = false;
    const showRows = hideRows(ids, this.#list);
    this.#update();
    document.querySelector("chat-sidebar").refresh();
    document.querySelector("chat-toast").offerUndo(translate(SENTENCES[button.value]), async () => {
      fields.set("action", button.dataset.undo);
      await send("POST", address, { fields });
      await document.querySelector("chat-sidebar").refresh();
      showRows();
      this.#update();
    });
  }
}
