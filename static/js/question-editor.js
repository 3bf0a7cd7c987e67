/** Edits questions in their place: a form takes the place of a question's text until it is sent or cancelled. */

import { Draft } from "./drafts.js";
import { listen } from "./events.js";
import { listFiles, showFiles } from "./form-files.js";
import { isEscape, isSendKey, onShortcut } from "./keys.js";
import { addressOf } from "./page-data.js";
import { createKey } from "./requests.js";

export class QuestionEditor {
  #thread;
  #template;

  /** `thread` holds the turns, and the form as a template. */
  constructor(thread) {
    this.#thread = thread;
    this.#template = thread.querySelector("template[data-edit-form]");
    thread.addEventListener("keydown", (event) => this.#handleKeydown(event));
    for (const name of ["input", "files"]) thread.addEventListener(name, (event) => this.#handleChange(event));
    listen("edit", () => this.#openLast());
    listen("asked", ({ form }) => this.discardDraft(form));
    onShortcut("cancel-edit", () => this.#closeFromOutside());
  }

  open(article) {
    const form = findForm(article) ?? this.#addForm(article);
    const { text } = form.elements;
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
    form.scrollIntoView({ block: "nearest" });
  }

  close(article) {
    const form = findForm(article);
    getDraft(form).write("");
    form.remove();
    article.querySelector("[data-action=edit]").focus();
    // Without scripts a form has an address of its own, which may be that of this page.
    if (location.search) history.replaceState(null, "", location.pathname);
  }

  /** Call this when the server has the text of a form: only then may the draft be deleted. */
  discardDraft(form) {
    if (form?.dataset.ask === "edit") getDraft(form).write("");
  }

  showError(form, sentence) {
    const { text } = form.elements;
    form.querySelector("[data-problem]").textContent = sentence;
    text.toggleAttribute("aria-invalid", Boolean(sentence));
    if (sentence) text.focus();
  }

  /** Close the form that is open while the focus is elsewhere; its text stays as a draft. Returns false if none is. */
  #closeFromOutside() {
    const form = this.#thread.querySelector("[data-ask=edit]");
    form?.remove();
    return form !== null;
  }

  #openLast() {
    const last = [...this.#thread.querySelectorAll("article.user:has([data-action=edit])")].pop();
    if (last) this.open(last);
  }

  /** Add the form for a question to its article, with the draft or the text in it. Returns the form. */
  #addForm(article) {
    const { turn, parent, conversation } = article.dataset;
    const question = article.querySelector("[data-question]");
    question.after(this.#template.content.cloneNode(true));
    const form = findForm(article);
    form.action = addressOf("messages", conversation);
    form.querySelector("[data-reword]").formAction = addressOf("reword", turn);
    form.querySelector("[data-action=cancel-edit]").href = addressOf("conversation", conversation);
    const { text } = form.elements;
    form.elements.key.value = createKey();
    form.elements.parent.value = parent;
    form.elements.question.value = turn;
    const draft = getDraft(form);
    text.value = draft.read() || question.querySelector("[data-text]").textContent;
    showFiles(form, draft.readFiles() ?? listAskedFiles(question));
    const problem = form.querySelector("[data-problem]");
    problem.id = `edit-problem-${turn}`;
    text.id = form.querySelector("label").htmlFor = `edit-${turn}`;
    text.setAttribute("aria-describedby", problem.id);
    return form;
  }

  #handleKeydown(event) {
    const form = event.target.closest("[data-ask=edit]");
    if (!form) return;
    if (isEscape(event)) {
      event.preventDefault();
      this.close(form.closest("article"));
    } else if (event.target === form.elements.text && isSendKey(event)) {
      event.preventDefault();
      form.requestSubmit();
    }
  }

  #handleChange(event) {
    const form = event.target.closest("[data-ask=edit]");
    if (!form) return;
    const files = listFiles(form);
    getDraft(form).write(form.elements.text.value, { files });
    // What is only reworded keeps the files that it has.
    const asked = listAskedFiles(form.closest("article").querySelector("[data-question]"));
    const isSame = files.length === asked.length && asked.every(({ id }, index) => id === files[index].id);
    form.querySelector("[data-reword]").hidden = !isSame;
    this.showError(form, "");
  }
}

function findForm(article) {
  return article.querySelector("[data-ask=edit]");
}

/** The files of a question, as `listFiles` lists those of a form. */
function listAskedFiles(question) {
  return [...question.querySelectorAll("[data-file]")].map(({ dataset }) => ({ id: dataset.file, name: dataset.name }));
}

function getDraft(form) {
  const { owner } = document.querySelector("chat-composer").dataset;
  return new Draft(owner, form.elements.question.value);
}
