/** <chat-thread>: the turns of a conversation, and what people do with them. */

import { Branches } from "../branches.js";
import { copyAnswer, copyCode } from "../copy.js";
import { Editing } from "../editing.js";
import { sentenceFor } from "../net.js";
import { Follower } from "../scroll.js";
import { Stream } from "../stream.js";
import { Turns } from "../turns.js";

export class ChatThread extends HTMLElement {
  connectedCallback() {
    this.jump = this.querySelector("[data-action=jump]");
    this.follower = new Follower(this, (following) => {
      this.jump.hidden = following || this.follower.isNear();
    });
    this.turns = new Turns(this, this.follower);
    this.stream = new Stream(this.turns);
    this.branches = new Branches(this.turns, this.stream);
    this.editing = new Editing(this);
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("submit", (event) => this.submitted(event));
    // What opens at the end of the page would open out of sight; `toggle` does not bubble.
    this.addEventListener("toggle", ({ target }) => target.open && target.scrollIntoView({ block: "nearest" }), true);
    this.follower.toEnd();
    if (this.turns.writing) this.stream.resume(this.turns.writing);
  }

  /** For the composer, which stands outside. Throws Refusal, or TypeError when offline. */
  async ask(form) {
    await this.stream.ask(form);
  }

  async submitted(event) {
    const { target: form, submitter } = event;
    if (!form.dataset.ask) return;
    event.preventDefault();
    if (form.inert) return;
    form.inert = true;
    try {
      if (form.dataset.ask === "version") await this.branches.switchTo(form, submitter);
      else if (submitter?.hasAttribute("data-reword")) await this.save(form, submitter);
      else await this.ask(form);
    } catch (error) {
      form.inert = false;
      this.complain(form, sentenceFor(error));
      if (document.activeElement === document.body) submitter?.focus({ preventScroll: true });
    } finally {
      form.inert = false;
    }
  }

  async save(form, submitter) {
    await this.branches.save(form, submitter);
    this.editing.accepted(form);
  }

  async showOlder(link) {
    try {
      await this.turns.showOlder(link);
    } catch (error) {
      document.querySelector("chat-toast").say(sentenceFor(error));
    }
  }

  complain(form, sentence) {
    if (form.dataset.ask === "edit") this.editing.complain(form, sentence);
    else this.turns.complain(form.closest("article"), sentence);
  }

  clicked(event) {
    const control = event.target.closest("[data-action]");
    const article = control?.closest("article");
    const act = {
      jump: () => this.turns.toNewest(),
      older: () => this.showOlder(control),
      edit: () => this.editing.open(article),
      "cancel-edit": () => this.editing.close(article),
      "copy-answer": () => copyAnswer(control),
      "copy-code": () => copyCode(control),
    }[control?.dataset.action];
    if (!act) return;
    event.preventDefault();
    act();
  }
}
