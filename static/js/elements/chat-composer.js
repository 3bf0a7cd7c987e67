/** <chat-composer>: the form in which questions are written and sent, and the button that stops a reply. */

import { addressOf } from "../addresses.js";
import { ComposerButtons } from "../composer-buttons.js";
import { Draft } from "../drafts.js";
import { dispatch, listen } from "../events.js";
import { growWithText } from "../grow.js";
import { isSendKey } from "../keyboard.js";
import { onShortcut } from "../keys.js";
import { createKey, errorMessage } from "../requests.js";
import { translate } from "../translations.js";

export class ChatComposer extends HTMLElement {
  #form;
  #text;
  #buttons;
  #newLink;
  #queue;
  #draft;
  /** Why the text could not be sent, until it is changed or sent. */
  #failure = null;

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.#text = this.#form.elements.text;
    this.#newLink = this.querySelector("[data-ask-in-new]");
    this.#queue = document.querySelector("question-queue");
    this.#loadDraft();
    this.#buttons = new ComposerButtons(this.#form);
    growWithText(this.#text);
    this.#form.addEventListener("submit", (event) => this.#handleSubmit(event));
    this.#text.addEventListener("input", () => this.#handleInput());
    this.#text.addEventListener("keydown", (event) => this.#handleKeydown(event));
    this.querySelector("[data-action=stop]").addEventListener("click", () => this.#stop());
    this.#newLink.addEventListener("click", () => this.#moveTextToNew());
    document.addEventListener("click", (event) => this.#handleClick(event));
    window.addEventListener("pagehide", () => this.#draft.write(this.#text.value));
    window.addEventListener("online", () => this.#failure instanceof TypeError && this.#form.requestSubmit());
    listen("asked", ({ conversation, form }) => this.#handleAsked(conversation, form));
    listen("running", ({ reply }) => this.#buttons.setReply(reply));
    listen("idle", () => this.#handleEnd());
    listen("insert", ({ text }) => this.#insert(text));
    onShortcut("edit-last", (event) => this.#editLast(event));
    onShortcut("stop", () => this.#buttons.isRunning && this.#stop());
  }

  /** A text that the server has put into the field stays, above the draft. */
  #loadDraft() {
    this.#draft = new Draft(this.dataset.owner, location.pathname);
    const draft = this.#draft.read();
    if (!this.#text.value.includes(draft)) this.#text.value = [this.#text.value, draft].filter(Boolean).join("\n\n");
  }

  #setText(text) {
    this.#text.value = text;
    this.#text.dispatchEvent(new Event("input"));
  }

  #insert(text) {
    const { value } = this.#text;
    this.#setText(value ? `${text.trimEnd()}\n\n${value}` : text);
    this.#text.focus();
  }

  #handleClick(event) {
    const starter = event.target.closest("[data-starter]");
    if (!starter || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#insert(`${starter.textContent}\n`);
  }

  #handleInput() {
    this.#draft.writeSoon(this.#text.value);
    // The server may have the text that could not be sent, under the key that was sent with it.
    if (this.#failure) this.#form.elements.key.value = createKey();
    this.#showFailure(null);
  }

  #handleKeydown(event) {
    if (!isSendKey(event)) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  /** By key in the empty field only. The question that waits is the last one. */
  #editLast(event) {
    if (event && (event.target !== this.#text || this.#text.value)) return false;
    if (this.#queue.hasQuestion) this.#queue.takeBack();
    else dispatch("edit");
  }

  async #handleSubmit(event) {
    event.preventDefault();
    const text = this.#text.value;
    if (this.#buttons.isSending || this.#queue.isSending || !text.trim()) return;
    if (this.#buttons.isRunning || this.#queue.hasQuestion) {
      this.#queue.add(text);
      this.#empty();
      return;
    }
    this.#buttons.isSending = true;
    try {
      await document.querySelector("chat-thread").ask(this.#form);
    } catch (error) {
      this.#showFailure(error);
    } finally {
      this.#buttons.isSending = false;
    }
  }

  /** The server has a question: only now may its text be deleted. A new conversation has an address now. */
  #handleAsked(conversation, form) {
    if (form === this.#form) this.#empty();
    const address = addressOf("conversation", conversation);
    if (location.pathname === address) return;
    history.replaceState(null, "", address);
    this.#form.action = addressOf("messages", conversation);
    this.#loadDraft();
  }

  #handleEnd() {
    this.#buttons.setReply(null);
    // It may say that the answer could not be stopped.
    if (!this.#failure) this.#showSentence("");
  }

  #empty() {
    this.#setText("");
    this.#draft.write("");
    this.#form.elements.key.value = createKey();
    this.#buttons.isSending = false;
  }

  /** The conversation was deleted: make its text the draft of a new one, below a draft that is there. */
  #moveTextToNew() {
    const draft = new Draft(this.dataset.owner, this.#newLink.pathname);
    draft.write([draft.read(), this.#text.value].filter(Boolean).join("\n\n"));
    this.#text.value = "";
  }

  async #stop() {
    if (!this.#buttons.isRunning) return;
    try {
      await this.#buttons.stopReply();
    } catch (error) {
      this.#showSentence(errorMessage(error));
    }
  }

  #showFailure(error) {
    this.#failure = error;
    this.#newLink.hidden = error?.status !== 404;
    if (error instanceof TypeError) this.#showSentence(translate("unsent"));
    else this.#showSentence(error ? errorMessage(error) : "");
  }

  #showSentence(sentence) {
    this.querySelector("[data-problem]").textContent = sentence;
    this.#text.toggleAttribute("aria-invalid", Boolean(sentence));
  }
}
