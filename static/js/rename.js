/** The form that stands in the place of a conversation's title while it is renamed. */

import { addressOf } from "./addresses.js";
import { isComposing } from "./keys.js";
import { send, sentenceFor } from "./net.js";

/** Enter saves, Escape leaves the title as it is; what the server refuses stays in the field with its sentence. */
export class Rename {
  /** `onDone(title, byKey)` is called once: with the new title, or with null. */
  constructor(entry, onDone) {
    this.entry = entry;
    this.onDone = onDone;
    this.form = document.querySelector("[data-rename-form]").content.cloneNode(true).firstElementChild;
    this.field = this.form.elements.title;
    this.problem = this.form.querySelector("[data-problem]");
    this.field.value = this.before = entry.caption;
    this.form.addEventListener("submit", (event) => this.submitted(event));
    this.form.addEventListener("keydown", (event) => this.pressed(event));
    this.form.addEventListener("focusout", () => this.left());
    entry.append(this.form);
    this.field.select();
    this.field.focus();
  }

  pressed(event) {
    if (event.key === "Enter" && isComposing(event)) event.preventDefault();
    if (event.key !== "Escape" || isComposing(event)) return;
    event.preventDefault();
    this.finish(null, true);
  }

  submitted(event) {
    event.preventDefault();
    this.save(true);
  }

  /** Who goes elsewhere has typed on purpose what is there, unless nothing is. */
  left() {
    if (this.title) this.save(false);
    else this.finish(null, false);
  }

  get title() {
    return this.field.value.trim().replace(/\s+/g, " ");
  }

  async save(byKey) {
    const { title } = this;
    if (this.isDone || this.isSaving) return;
    // Compared with what stood there at first: another title may have arrived since.
    if (title === this.before) {
      this.finish(null, byKey);
      return;
    }
    this.isSaving = true;
    try {
      await send("POST", addressOf("rename", this.entry.conversation), { form: this.form });
      this.finish(title, byKey && this.form.contains(document.activeElement));
    } catch (error) {
      this.field.setAttribute("aria-invalid", "true");
      this.problem.textContent = sentenceFor(error);
    } finally {
      this.isSaving = false;
    }
  }

  finish(title, byKey) {
    if (this.isDone) return;
    this.isDone = true;
    this.onDone(title, byKey);
    this.form.remove();
  }
}
