/** <chat-composer>: the form in which questions are written and sent, and the button that stops a reply. */

import { ComposerButtons } from "../composer-buttons.js";
import { Draft } from "../drafts.js";
import { dispatch, listen } from "../events.js";
import { clearFiles, hasNoFiles, holdBack, listFiles, showFiles } from "../form-files.js";
import { isSendKey, isTouchScreen, onShortcut } from "../keys.js";
import { addressOf } from "../page-data.js";
import { createKey, errorMessage } from "../requests.js";
import { SendFailure } from "../send-failure.js";

export class ChatComposer extends HTMLElement {
  #form;
  #text;
  #buttons;
  #failure;
  #queue;
  #draft;

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.#text = this.#form.elements.text;
    this.#queue = document.querySelector("question-queue");
    this.#loadDraft();
    this.#buttons = new ComposerButtons(this.#form);
    this.#failure = new SendFailure(this.#form);
    growWithText(this.#text);
    this.#form.addEventListener("submit", (event) => this.#handleSubmit(event));
    this.#text.addEventListener("input", () => this.#handleChange());
    this.#form.addEventListener("files", () => this.#handleChange());
    this.#text.addEventListener("keydown", (event) => this.#handleKeydown(event));
    this.querySelector("[data-action=stop]").addEventListener("click", () => this.#stop());
    window.addEventListener("pagehide", () => this.#draft.write(this.#text.value, this.#written));
    document.addEventListener("click", (event) => this.#insertStarter(event));
    listen("asked", ({ conversation, form }) => this.#handleAsked(conversation, form));
    listen("running", ({ reply }) => this.#buttons.setReply(reply));
    listen("idle", () => this.#handleEnd());
    listen("waiting", ({ reply }) => this.#buttons.setReply(reply, { isWaiting: reply !== null }));
    listen("insert", ({ text, files }) => this.#insert(text, files));
    onShortcut("edit-last", (event) => this.#editLast(event));
    onShortcut("stop", () => this.#buttons.isRunning && this.#stop());
  }

  /** A text that the server has put into the field stays, above the draft if it is not in it. */
  #loadDraft() {
    this.#draft = new Draft(this.dataset.owner, location.pathname);
    const { value } = this.#text;
    const draft = this.#draft.read();
    if (draft.includes(value)) this.#text.value = draft;
    else if (!value.includes(draft)) this.#text.value = `${value}\n\n${draft}`;
    showFiles(this.#form, this.#draft.readFiles());
  }

  /** What belongs to the text in the draft. */
  get #written() {
    return { files: listFiles(this.#form) };
  }

  #setText(text) {
    this.#text.value = text;
    this.#text.dispatchEvent(new Event("input"));
  }

  #insert(text, files) {
    const { value } = this.#text;
    this.#setText(value && text ? `${text.trimEnd()}\n\n${value}` : text || value);
    showFiles(this.#form, files);
    this.#text.focus();
  }

  /** A starter prompt is clicked. Without scripts, it is a link to a page that has it in the field. */
  #insertStarter(event) {
    const starter = event.target.closest("[data-starter]");
    if (!starter || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#insert(`${starter.textContent}\n`);
  }

  #handleChange() {
    this.#draft.writeSoon(this.#text.value, this.#written);
    // The server may have the text that could not be sent, under the key that was sent with it.
    if (this.#failure.isShown) this.#form.elements.key.value = createKey();
    this.#failure.clear();
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
    const isEmpty = !text.trim() && hasNoFiles(this.#form);
    if (this.#buttons.isSending || this.#queue.isSending || isEmpty || holdBack(this.#form, event.submitter)) return;
    if (this.#buttons.isRunning || this.#queue.hasQuestion) {
      this.#queue.add(text, listFiles(this.#form));
      this.#empty();
      return;
    }
    this.#buttons.isSending = true;
    try {
      await document.querySelector("chat-thread").ask(this.#form);
    } catch (error) {
      this.#failure.show(error);
    } finally {
      this.#buttons.isSending = false;
    }
  }

  /** The server has a question: only now may its text be deleted. A new conversation has an address now. */
  #handleAsked(conversation, form) {
    if (form === this.#form) this.#empty();
    // The form that had the focus is gone: the person writes on here. On a touch screen, that would open the keyboard.
    const isLost = document.activeElement === document.body && form.dataset.ask !== "decide";
    if (isLost && !isTouchScreen()) this.#text.focus();
    const address = addressOf("conversation", conversation);
    if (location.pathname === address) return;
    history.replaceState(null, "", address);
    this.#form.action = addressOf("messages", conversation);
    this.#loadDraft();
  }

  #handleEnd() {
    this.#buttons.setReply(null);
    // It may say that the answer could not be stopped.
    if (!this.#failure.isShown) this.#failure.clear();
  }

  #empty() {
    this.#setText("");
    clearFiles(this.#form);
    this.#draft.write("");
    this.#form.elements.key.value = createKey();
    this.#buttons.isSending = false;
  }

  async #stop() {
    if (!this.#buttons.isRunning) return;
    try {
      await this.#buttons.stopReply();
      // Of one that has waited for a decision there is no stream, which would show the end.
      await document.querySelector("chat-thread").update();
    } catch (error) {
      this.#failure.showSentence(errorMessage(error));
    }
  }
}

/** Has a field grow with its text where the browser does not: see `field-sizing` in composer.css. */
function growWithText(field) {
  if (CSS.supports("field-sizing", "content")) return;
  const grow = () => {
    field.style.setProperty("block-size", "auto");
    field.style.setProperty("block-size", `${field.scrollHeight}px`);
  };
  field.addEventListener("input", grow);
  grow();
}
