/** <chat-toast>: shows a sentence for ten seconds, and offers to undo what it says. */

import { errorMessage } from "../requests.js";

const SHOWN_MS = 10_000;

export class ChatToast extends HTMLElement {
  #text;
  #form;
  #undo;
  #timer = null;
  #timerStarted;
  #remainingMs;

  connectedCallback() {
    this.#text = this.querySelector("[data-text]");
    this.#form = this.querySelector("form");
    this.#form.addEventListener("submit", (event) => this.#handleSubmit(event));
    // The time stops while the reader may be about to press the button.
    for (const name of ["pointerenter", "focusin"]) this.addEventListener(name, () => this.#stopTimer());
    for (const name of ["pointerleave", "focusout"]) this.addEventListener(name, () => this.#startTimer());
    document.addEventListener("keydown", (event) => this.#handleKeydown(event));
  }

  /** Say what was done, and offer to undo it with `undo`, which may throw as `send` does. */
  offerUndo(sentence, undo) {
    this.#undo = undo;
    this.show(sentence, { withUndo: true });
  }

  show(sentence, { withUndo = false } = {}) {
    this.#text.textContent = sentence;
    this.#form.hidden = !withUndo;
    this.#remainingMs = SHOWN_MS;
    this.#startTimer();
  }

  #stopTimer() {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#remainingMs -= performance.now() - this.#timerStarted;
  }

  #startTimer() {
    if (!this.#text.textContent || this.matches(":hover, :focus-within")) return;
    clearTimeout(this.#timer);
    this.#timerStarted = performance.now();
    this.#timer = setTimeout(() => this.#hide(), this.#remainingMs);
  }

  #hide() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#form.hidden = true;
    this.#text.textContent = "";
  }

  /** Ctrl+Z or Command+Z undoes it, unless a text field has the focus. */
  #handleKeydown(event) {
    const isUndo = event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (!isUndo || this.#form.hidden || event.target.matches("input, textarea")) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  async #handleSubmit(event) {
    event.preventDefault();
    const undo = this.#undo;
    try {
      await undo();
    } catch (error) {
      this.show(errorMessage(error), { withUndo: true });
      return;
    }
    if (undo === this.#undo) this.#hide();
  }
}
