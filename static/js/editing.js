/** Editing a question in its place: its words become a form, and come back when that is cancelled. */

import { addressOf } from "./addresses.js";
import { Draft } from "./drafts.js";
import { isComposing, sends } from "./keys.js";
import { newKey } from "./net.js";

export class Editing {
  /** `thread` holds the turns, and the form as a template. */
  constructor(thread) {
    this.thread = thread;
    this.template = thread.querySelector("template[data-edit-form]");
    thread.addEventListener("keydown", (event) => this.pressed(event));
    thread.addEventListener("input", (event) => this.changed(event));
    document.addEventListener("chat:edit", () => this.openLast());
    document.addEventListener("chat:asked", (event) => this.accepted(event.detail.form));
  }

  open(article) {
    const form = formIn(article) ?? this.formFor(article);
    const { text } = form.elements;
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
    form.scrollIntoView({ block: "nearest" });
  }

  openLast() {
    const last = [...this.thread.querySelectorAll("article.user")].pop();
    if (last) this.open(last);
  }

  /** The form, with the words of the question and its place in the conversation. */
  formFor(article) {
    const { turn, parent, conversation } = article.dataset;
    const words = article.querySelector("[data-question]");
    words.after(this.template.content.cloneNode(true));
    const form = formIn(article);
    form.action = addressOf("messages", conversation);
    form.querySelector("[data-reword]").formAction = addressOf("reword", turn);
    form.querySelector("[data-action=cancel-edit]").href = addressOf("conversation", conversation);
    const { text, problem } = parts(form);
    for (const [name, value] of Object.entries({ key: newKey(), parent, question: turn })) form.elements[name].value = value;
    text.value = draftOf(form).read() || words.querySelector("[data-words]").textContent;
    text.id = form.querySelector("label").htmlFor = `edit-${turn}`;
    problem.id = `edit-problem-${turn}`;
    text.setAttribute("aria-describedby", problem.id);
    return form;
  }

  close(article) {
    const form = formIn(article);
    draftOf(form).write("");
    form.remove();
    article.querySelector("[data-action=edit]").focus();
    // The address may be that of the form, as it is without scripts.
    if (location.search) history.replaceState(null, "", location.pathname);
  }

  pressed(event) {
    const form = event.target.closest("[data-ask=edit]");
    if (!form) return;
    if (event.key === "Escape" && !isComposing(event)) {
      event.preventDefault();
      this.close(form.closest("article"));
    } else if (event.target === form.elements.text && sends(event)) {
      event.preventDefault();
      form.requestSubmit();
    }
  }

  changed(event) {
    const form = event.target.closest("[data-ask=edit]");
    if (!form) return;
    draftOf(form).write(form.elements.text.value);
    this.complain(form, "");
  }

  /** The server has the words: only now may the draft go. */
  accepted(form) {
    if (form?.dataset.ask === "edit") draftOf(form).write("");
  }

  complain(form, sentence) {
    const { text, problem } = parts(form);
    problem.textContent = sentence;
    text.toggleAttribute("aria-invalid", Boolean(sentence));
    text.focus();
  }
}

function formIn(article) {
  return article.querySelector("[data-ask=edit]");
}

function draftOf(form) {
  const { owner } = document.querySelector("chat-composer").dataset;
  return new Draft(owner, form.elements.question.value);
}

function parts(form) {
  return { text: form.elements.text, problem: form.querySelector("[data-problem]") };
}
