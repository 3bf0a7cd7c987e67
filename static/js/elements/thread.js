/** <chat-thread>: the turns of a conversation, and the answer that is being written. */

import { Answer } from "../answer.js";
import { copyAnswer, copyCode } from "../copy.js";
import { send, sentenceFor } from "../net.js";
import { framesOf } from "../reply.js";
import { Follower } from "../scroll.js";
import { Turns } from "../turns.js";
import { announce, word } from "../words.js";

/**
 * Dispatches on the document: `chat:asked` {conversation} when a question was accepted, `chat:title` {title},
 * `chat:running` {reply} and `chat:idle` as an answer begins and ends.
 */
export class ChatThread extends HTMLElement {
  connectedCallback() {
    this.jump = this.querySelector("[data-action=jump]");
    this.follower = new Follower(this, (following) => {
      this.jump.hidden = following || this.follower.isNear();
    });
    this.turns = new Turns(this, this.follower);
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("submit", (event) => this.submitted(event));
    this.follower.toEnd();
    if (this.turns.writing) this.resume(this.turns.writing);
  }

  // Asking, and showing the reply

  /** Send a form that asks something, and show the reply as it comes. Throws Refusal, or TypeError when offline. */
  async ask(form) {
    const response = await send("POST", form.action, { form, stream: true });
    const replaced = form.dataset.ask === "retry" ? form.closest("article") : null;
    await this.show(framesOf(response, { onLost: () => this.lost() }), null, replaced);
  }

  async resume(article) {
    this.begin(article);
    await this.show(framesOf(null, { reply: article.dataset.turn, onLost: () => this.lost() }), this.answer);
  }

  async show(frames, answer, replaced) {
    try {
      for await (const frame of frames) {
        if (frame.name === "start") answer = this.start(frame.data, replaced);
        else if (frame.name === "title") this.tell("title", frame.data);
        else answer.take(frame);
      }
      announce(word(answer.article.dataset.state === "complete" ? "answered" : "ended"));
    } catch (error) {
      if (!answer) throw error;
      this.gone(answer, error);
    } finally {
      if (answer) this.tell("idle");
    }
  }

  /** The question was accepted. */
  start({ html, conversation }, replaced) {
    const article = this.turns.add(html, replaced);
    this.tell("asked", { conversation });
    this.turns.reserve(article);
    this.toNewest();
    return this.begin(article);
  }

  begin(article) {
    this.answer = new Answer(article, () => this.follower.grown());
    this.tell("running", { reply: article.dataset.turn });
    announce(word("answering"));
    return this.answer;
  }

  lost() {
    this.answer?.says(word("resuming"));
  }

  /** The reply is no longer to be had from here: another tab signed out, or the conversation was deleted. */
  gone(answer, error) {
    answer.says("");
    answer.article.removeAttribute("aria-busy");
    this.turns.complain(answer.article, sentenceFor(error));
  }

  // What people do

  async submitted(event) {
    const form = event.target;
    if (!form.dataset.ask) return;
    event.preventDefault();
    if (form.inert) return;
    form.inert = true;
    try {
      await this.ask(form);
    } catch (error) {
      this.turns.complain(form.closest("article"), sentenceFor(error));
    } finally {
      form.inert = false;
    }
  }

  clicked(event) {
    const control = event.target.closest("[data-action]");
    const act = {
      jump: () => this.toNewest(),
      older: () => this.turns.showOlder(event, control),
      "copy-answer": () => copyAnswer(control.closest("article")),
      "copy-code": () => copyCode(control),
    }[control?.dataset.action];
    act?.();
  }

  toNewest() {
    this.follower.follow(true);
    this.follower.toEnd();
  }

  tell(name, detail = {}) {
    document.dispatchEvent(new CustomEvent(`chat:${name}`, { detail }));
  }
}
