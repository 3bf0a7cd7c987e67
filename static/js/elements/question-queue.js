/** <question-queue>: the question that waits until the answer before it is complete. It survives a reload. */

import { Draft } from "../drafts.js";
import { dispatch, listen } from "../events.js";
import { announce, translate } from "../page-data.js";
import { createKey, errorMessage } from "../requests.js";

export class QuestionQueue extends HTMLElement {
  #form;
  #isRunning = false;

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.#form.addEventListener("submit", (event) => this.#handleSubmit(event));
    this.querySelector("[data-take-back]").addEventListener("click", () => this.takeBack());
    this.querySelector("[data-remove]").addEventListener("click", () => this.#remove());
    // What another tab of this browser adds or removes.
    window.addEventListener("storage", () => this.isSending || this.#load());
    listen("running", () => this.#setRunning(true));
    listen("idle", ({ state }) => this.#handleEnd(state));
    listen("waiting", ({ reply }) => this.#setRunning(reply !== null));
    listen("asked", ({ form }) => form === this.#form && this.#handleAsked());
    this.#load();
  }

  get hasQuestion() {
    return !this.#form.hidden;
  }

  get isSending() {
    return this.#form.inert;
  }

  /** Have a text with files wait, below one that waits already; it is sent at once if no answer is being written. */
  add(text, files) {
    const draft = this.#draft;
    const texts = [draft.read(), text].filter(Boolean).join("\n\n");
    // A new key: the question is another one than before.
    draft.write(texts, { files: [...(draft.readFiles() ?? []), ...files], key: createKey() });
    this.#load();
    if (this.#isRunning) announce(translate("queued"));
    else this.#form.requestSubmit();
  }

  /** Put the question into the composer, to be changed there. */
  takeBack() {
    const text = this.#draft.read();
    const files = this.#draft.readFiles();
    this.#draft.write("");
    this.#load();
    dispatch("insert", { text, files });
  }

  #remove() {
    this.#draft.write("");
    this.#load();
    document.getElementById("question").focus();
  }

  #handleEnd(state) {
    this.#setRunning(false);
    // Not before the thread has finished with the reply.
    if (state === "complete") setTimeout(() => this.hasQuestion && this.#form.requestSubmit());
  }

  async #handleSubmit(event) {
    event.preventDefault();
    if (this.#isRunning || this.isSending) return;
    this.#load();
    if (!this.hasQuestion) return;
    this.#form.action = document.getElementById("composer").action;
    this.#form.inert = true;
    try {
      // With the same key, two tabs that send the question ask it once.
      await document.querySelector("chat-thread").ask(this.#form);
    } catch (error) {
      this.#showProblem(errorMessage(error));
    } finally {
      this.#form.inert = false;
    }
  }

  #handleAsked() {
    this.#form.inert = false;
    this.#draft.write("");
    this.#load();
  }

  /** Show the question that is stored, or nothing. */
  #load() {
    const text = this.#draft.read();
    const files = this.#draft.readFiles() ?? [];
    this.#form.hidden = !text && !files.length;
    this.#form.elements.text.value = text;
    this.querySelector("[data-queued-files]").textContent = files.map(({ name }) => name).join(", ");
    this.querySelector("[data-file-ids]").replaceChildren(...files.map(buildField));
    this.#form.elements.key.value = this.#draft.readKey();
    this.querySelector("[data-text]").textContent = text;
    this.#showProblem("");
  }

  #setRunning(isRunning) {
    this.#isRunning = isRunning;
    this.querySelector("[data-send-queued]").hidden = isRunning;
  }

  #showProblem(sentence) {
    this.querySelector("[data-problem]").textContent = sentence;
  }

  /** Of the conversation that the page shows now: a new one gets its address with its first question. */
  get #draft() {
    const { owner } = document.querySelector("chat-composer").dataset;
    return new Draft(owner, `${location.pathname}#next`);
  }
}

function buildField({ id }) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "files", value: id });
  return field;
}
