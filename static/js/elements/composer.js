/** <chat-composer>: where questions are written, sent and stopped. */

import { addressOf } from "../addresses.js";
import { Draft } from "../drafts.js";
import { isComposing, sends } from "../keys.js";
import { newKey, send, sentenceFor } from "../net.js";

const SAVE_MS = 250;

export class ChatComposer extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.text = this.form.elements.text;
    this.sendButton = this.querySelector("[data-send]");
    this.stopButton = this.querySelector("[data-action=stop]");
    this.problem = this.querySelector("[data-problem]");
    this.reply = null;
    this.openDraft();
    this.form.addEventListener("submit", (event) => this.submitted(event));
    this.text.addEventListener("input", () => this.changed());
    this.text.addEventListener("keydown", (event) => this.pressed(event));
    this.stopButton.addEventListener("click", () => this.stop());
    document.addEventListener("chat:asked", (event) => this.accepted(event.detail));
    document.addEventListener("chat:running", (event) => this.running(event.detail.reply));
    document.addEventListener("chat:idle", () => this.running(null));
    document.addEventListener("keydown", (event) => this.escaped(event));
    window.addEventListener("pagehide", () => this.draft.write(this.text.value));
    this.update();
  }

  openDraft() {
    this.draft = new Draft(this.dataset.owner, location.pathname);
    this.text.value ||= this.draft.read();
  }

  changed() {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.draft.write(this.text.value), SAVE_MS);
    this.complain("");
    this.update();
  }

  /** The key for the line above leads from an empty box to the last question. */
  pressed(event) {
    if (event.key === "ArrowUp" && !this.text.value && !isComposing(event)) {
      event.preventDefault();
      document.dispatchEvent(new CustomEvent("chat:edit"));
    } else if (sends(event)) {
      event.preventDefault();
      if (!this.sendButton.disabled && !this.reply) this.form.requestSubmit();
    }
  }

  /** The key may have closed something, or ended a composition. */
  escaped(event) {
    if (event.key === "Escape" && !event.defaultPrevented && !isComposing(event)) this.stop();
  }

  async submitted(event) {
    event.preventDefault();
    if (this.isSending || this.reply || !this.text.value.trim()) return;
    // The button is about to be disabled.
    if (document.activeElement === this.sendButton) this.text.focus({ preventScroll: true });
    this.asking(true);
    try {
      await document.querySelector("chat-thread").ask(this.form);
    } catch (error) {
      this.complain(sentenceFor(error));
    } finally {
      this.asking(false);
    }
  }

  asking(isSending) {
    this.isSending = isSending;
    this.form.setAttribute("aria-busy", isSending);
    this.update();
  }

  /** The server has the question: only now may the text go. Another form's question leaves it as it is. */
  accepted({ conversation, form }) {
    if (form === this.form) {
      this.text.value = "";
      this.draft.write("");
      this.form.elements.key.value = newKey();
      clearTimeout(this.saving);
      this.asking(false);
    }
    const path = addressOf("conversation", conversation);
    if (location.pathname === path) return;
    history.replaceState(null, "", path);
    this.form.action = addressOf("messages", conversation);
    this.openDraft();
  }

  running(reply) {
    const hadFocus = this.form.contains(document.activeElement);
    this.reply = reply;
    this.update();
    if (hadFocus) this.text.focus({ preventScroll: true });
  }

  async stop() {
    if (!this.reply) return;
    try {
      await send("DELETE", addressOf("reply", this.reply));
    } catch (error) {
      this.complain(sentenceFor(error));
    }
  }

  update() {
    this.sendButton.hidden = Boolean(this.reply);
    this.stopButton.hidden = !this.reply;
    this.sendButton.disabled = this.isSending || !this.text.value.trim();
  }

  complain(sentence) {
    this.problem.textContent = sentence;
    this.text.toggleAttribute("aria-invalid", Boolean(sentence));
  }
}
