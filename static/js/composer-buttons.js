/** The buttons of the composer: send, send after the answer that is being written, stop. */

import { hasNoFiles } from "./form-files.js";
import { addressOf } from "./page-data.js";
import { send } from "./requests.js";

export class ComposerButtons {
  #form;
  #send;
  #next;
  #stop;
  #isSending = false;
  /** The id of the reply that is being written or waits for a decision, or null. */
  #reply = null;

  constructor(form) {
    this.#form = form;
    this.#send = form.querySelector("[data-send]");
    this.#next = form.querySelector("[data-queue]");
    this.#stop = form.querySelector("[data-action=stop]");
    form.elements.text.addEventListener("input", () => this.#update());
    form.addEventListener("files", () => this.#update());
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

  /** `isWaiting`: for a decision of the person. */
  setReply(reply, { isWaiting = false } = {}) {
    this.#reply = reply;
    document.querySelector("[data-waiting-notice]").hidden = !isWaiting;
    this.#update();
  }

  /** Stop the reply that is being written. Throws as `send` does. */
  async stopReply() {
    await send("DELETE", addressOf("reply", this.#reply));
  }

  #update() {
    const { text } = this.#form.elements;
    const isEmpty = !text.value.trim() && hasNoFiles(this.#form);
    // A button that is hidden or disabled loses the focus.
    if (document.activeElement?.matches("#composer .send")) text.focus({ preventScroll: true });
    this.#send.hidden = this.isRunning;
    this.#send.disabled = this.#isSending || isEmpty;
    this.#next.hidden = !this.isRunning || isEmpty;
    this.#stop.hidden = !this.isRunning;
  }
}
