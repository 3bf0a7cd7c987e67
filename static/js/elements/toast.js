/** <chat-toast>: says that a conversation was deleted and offers to undo it, for ten seconds. */

import { addressOf } from "../addresses.js";
import { deletedBefore } from "../bin.js";
import { send, sentenceFor } from "../net.js";
import { word } from "../words.js";

const SHOWN_MS = 10_000;

export class ChatToast extends HTMLElement {
  connectedCallback() {
    this.text = this.querySelector("[data-text]");
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => this.submitted(event));
    // Nobody has to hurry who is about to press the button.
    for (const name of ["pointerenter", "focusin"]) this.addEventListener(name, () => this.hold());
    for (const name of ["pointerleave", "focusout"]) this.addEventListener(name, () => this.release());
    document.addEventListener("keydown", (event) => this.pressed(event));
    const conversation = deletedBefore();
    if (conversation) this.offer(conversation, () => location.assign(addressOf("conversation", conversation)));
  }

  /** Offer to take a conversation out of the bin; `restore` shows it in the page again. */
  offer(conversation, restore) {
    this.form.action = addressOf("restore", conversation);
    this.restore = restore;
    this.say(word("deleted"), { undo: true });
  }

  say(sentence, { undo = false } = {}) {
    this.text.textContent = sentence;
    this.form.hidden = !undo;
    this.left = SHOWN_MS;
    this.release();
  }

  hold() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.left -= performance.now() - this.since;
  }

  release() {
    if (!this.text.textContent || this.matches(":hover, :focus-within")) return;
    clearTimeout(this.timer);
    this.since = performance.now();
    this.timer = setTimeout(() => this.hide(), this.left);
  }

  hide() {
    this.timer = null;
    this.form.hidden = true;
    this.text.textContent = "";
  }

  /** As everywhere: what was just done is undone with this key, except while somebody writes. */
  pressed(event) {
    const isUndo = event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (!isUndo || this.form.hidden || event.target.matches("input, textarea")) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  async submitted(event) {
    event.preventDefault();
    try {
      await send("POST", this.form.action, { form: this.form });
    } catch (error) {
      this.say(sentenceFor(error), { undo: true });
      return;
    }
    this.restore();
    clearTimeout(this.timer);
    this.hide();
  }
}
