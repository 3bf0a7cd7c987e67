/** What is said in the composer when its question could not be sent, and what can be done about it. */

import { Draft } from "./drafts.js";
import { clearFiles, listFiles } from "./form-files.js";
import { translate } from "./page-data.js";
import { ConnectionLost, errorMessage } from "./requests.js";

export class SendFailure {
  #form;
  #newLink;
  /** Why the text could not be sent, until it is changed or sent. */
  #error = null;

  constructor(form) {
    this.#form = form;
    this.#newLink = form.querySelector("[data-ask-in-new]");
    this.#newLink.addEventListener("click", () => this.#moveTextToNew());
    window.addEventListener("online", () => this.#error instanceof ConnectionLost && form.requestSubmit());
  }

  get isShown() {
    return this.#error !== null;
  }

  show(error) {
    const sentence = error instanceof ConnectionLost ? translate("unsent") : errorMessage(error);
    this.#error = error;
    this.#newLink.hidden = error.status !== 404;
    this.showSentence(sentence);
  }

  clear() {
    this.#error = null;
    this.#newLink.hidden = true;
    this.showSentence("");
  }

  showSentence(sentence) {
    this.#form.querySelector("[data-problem]").textContent = sentence;
    this.#form.elements.text.toggleAttribute("aria-invalid", Boolean(sentence));
  }

  /** The conversation was deleted: make its text and files the draft of a new one, below a draft that is there. */
  #moveTextToNew() {
    const { owner } = document.querySelector("chat-composer").dataset;
    const draft = new Draft(owner, this.#newLink.pathname);
    const { text } = this.#form.elements;
    const files = [...(draft.readFiles() ?? []), ...listFiles(this.#form)];
    draft.write([draft.read(), text.value].filter(Boolean).join("\n\n"), { files });
    text.value = "";
    clearFiles(this.#form);
  }
}
