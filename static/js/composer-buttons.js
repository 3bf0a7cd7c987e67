/** The buttons of the composer: send, send after the answer that is being written, stop. */

import { addressOf } from "./addresses.js";
import { send } from "./requests.js";

export class ComposerButtons {
  #form;
  #send;
  #next;
  #stop;
  #isSending = false;
  /** The id of the reply that is being written, or null. */
  #reply = null;

  constructor(form) {
    this.#form = form;
    this.#send = form.querySelector("[data-send]");
    this.#next = form.querySelector("[data-queue]");
    this.#stop = form.querySelector("[data-action=stop]");
    form.elements.text.addEventListener("input", () => this.#update());
    this.#update();
  }

  get isSending() {
    return this.#isSending;
  }

  set isSending(isSending) {
    this.#isSending = isSending;
    this.#form.setAttribute("aria-busy", isSending);
    this.#update();
  }

  get isRunning() {
    return this.#reply !== null;
  }

  setReply(reply) {
    this.#reply = reply;
    this.#update();
  }

  /** Stop the reply that is being written. Throws as `send` does. */
  async stopReply() {
    await send("DELETE", addressOf("reply", this.#reply));
  }

  #update() {
    const { text } = this.#form.elements;
    const hasText = Boolean(text.value.trim());
    // A button that is hidden or disabled loses the focus.
    if (this.#form.contains(document.activeElement)) text.focus({ preventScroll: true });
    this.#send.hidden = this.isRunning;
    this.#send.disabled = this.#isSending || !hasText;
    this.#next.hidden = !this.isRunning || !hasText;
    this.#stop.hidden = !this.isRunning;
  }
}
