/** <chat-composer>: the form in which questions are written and sent, and the button that stops a reply. */

import { addressOf } from "../addresses.js";
import { Draft } from "../drafts.js";
import { dispatch, listen } from "../events.js";
import { isComposing, isEscape, isSendKey } from "../keyboard.js";
import { createKey, errorMessage, send } from "../requests.js";

export class ChatComposer extends HTMLElement {
  #form;
  #text;
  #sendButton;
  #stopButton;
  #newLink;
  #draft;
  #isSending = false;
  #replyId = null;

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.#text = this.#form.elements.text;
    this.#sendButton = this.querySelector("[data-send]");
    this.#stopButton = this.querySelector("[data-action=stop]");
    this.#newLink = this.querySelector("[data-ask-in-new]");
    this.#loadDraft();
    this.#form.addEventListener("submit", (event) => this.#handleSubmit(event));
    this.#text.addEventListener("input", () => this.#handleInput());
    this.#text.addEventListener("keydown", (event) => this.#handleKeydown(event));
    this.#stopButton.addEventListener("click", () => this.#stop());
    this.#newLink.addEventListener("click", () => this.#moveTextToNew());
    document.addEventListener("keydown", (event) => isEscape(event) && this.#stop());
    window.addEventListener("pagehide", () => this.#draft.write(this.#text.value));
    listen("asked", ({ conversation, form }) => this.#handleAsked(conversation, form));
    listen("running", ({ reply }) => this.#setReplyId(reply));
    listen("idle", () => this.#setReplyId(null));
    this.#updateButtons();
  }

  #loadDraft() {
    this.#draft = new Draft(this.dataset.owner, location.pathname);
    this.#text.value ||= this.#draft.read();
  }

  #handleInput() {
    this.#draft.writeSoon(this.#text.value);
    this.#showError("");
    this.#updateButtons();
  }

  #handleKeydown(event) {
    if (event.key === "ArrowUp" && !this.#text.value && !isComposing(event)) {
      event.preventDefault();
      dispatch("edit");
    } else if (isSendKey(event)) {
      event.preventDefault();
      if (!this.#sendButton.disabled && !this.#replyId) this.#form.requestSubmit();
    }
  }

  async #handleSubmit(event) {
    event.preventDefault();
    if (this.#isSending || this.#replyId || !this.#text.value.trim()) return;
    // The button will be disabled, and the focus must not be lost.
    if (document.activeElement === this.#sendButton) this.#text.focus({ preventScroll: true });
    this.#setSending(true);
    try {
      await document.querySelector("chat-thread").ask(this.#form);
    } catch (error) {
      this.#showError(errorMessage(error));
      this.#newLink.hidden = error.status !== 404;
    } finally {
      this.#setSending(false);
    }
  }

  /** The server has a question: only now may its text be deleted. A new conversation has an address now. */
  #handleAsked(conversation, form) {
    if (form === this.#form) {
      this.#text.value = "";
      this.#showError("");
      this.#draft.write("");
      this.#form.elements.key.value = createKey();
      this.#setSending(false);
    }
    const address = addressOf("conversation", conversation);
    if (location.pathname === address) return;
    history.replaceState(null, "", address);
    this.#form.action = addressOf("messages", conversation);
    this.#loadDraft();
  }

  /** The conversation was deleted: make its text the draft of a new one, below a draft that is there. */
  #moveTextToNew() {
    const draft = new Draft(this.dataset.owner, this.#newLink.pathname);
    draft.write([draft.read(), this.#text.value].filter(Boolean).join("\n\n"));
    this.#text.value = "";
  }

  async #stop() {
    if (!this.#replyId) return;
    try {
      await send("DELETE", addressOf("reply", this.#replyId));
    } catch (error) {
      this.#showError(errorMessage(error));
    }
  }

  #setSending(isSending) {
    this.#isSending = isSending;
    this.#form.setAttribute("aria-busy", isSending);
    this.#updateButtons();
  }

  #setReplyId(replyId) {
    const hadFocus = this.#form.contains(document.activeElement);
    this.#replyId = replyId;
    this.#updateButtons();
    if (hadFocus) this.#text.focus({ preventScroll: true });
  }

  #updateButtons() {
    this.#sendButton.hidden = Boolean(this.#replyId);
    this.#stopButton.hidden = !this.#replyId;
    this.#sendButton.disabled = this.#isSending || !this.#text.value.trim();
  }

  #showError(sentence) {
    this.#newLink.hidden = true;
    this.querySelector("[data-problem]").textContent = sentence;
    this.#text.toggleAttribute("aria-invalid", Boolean(sentence));
  }
}
