/** Asks, and shows the reply in the page as it comes. */

import { Answer } from "./answer.js";
import { send, sentenceFor } from "./net.js";
import { framesOf } from "./reply.js";
import { announce, word } from "./words.js";

/** The forms that put something else in the place of their turn and all that follows it. */
const REPLACING = new Set(["retry", "edit"]);

/**
 * Dispatches on the document: `chat:asked` {conversation, form} when a question was accepted, `chat:title` {title},
 * `chat:running` {reply} and `chat:idle` as an answer begins and ends.
 */
export class Stream {
  constructor(turns) {
    this.turns = turns;
    this.answer = null;
  }

  /** The turn that is being written and followed from here, in sight or not. */
  get live() {
    return this.answer?.article.dataset.state === "writing" ? this.answer.article : null;
  }

  /** Send a form that asks something, and show the reply as it comes. Throws Refusal, or TypeError when offline. */
  async ask(form) {
    const response = await send("POST", form.action, { form, stream: true });
    await this.show(framesOf(response, { onLost: () => this.lost() }), null, form);
  }

  async resume(article) {
    this.begin(article);
    await this.show(framesOf(null, { reply: article.dataset.turn, onLost: () => this.lost() }), this.answer);
  }

  async show(frames, answer, form) {
    try {
      for await (const frame of frames) {
        if (frame.name === "start") answer = this.start(frame.data, form);
        else if (frame.name === "title") tell("title", frame.data);
        else answer.take(frame);
      }
      announce(word(answer.article.dataset.state === "complete" ? "answered" : "ended"));
    } catch (error) {
      if (!answer) throw error;
      this.gone(answer, error);
    } finally {
      if (answer) tell("idle");
    }
  }

  /** The question was accepted. */
  start({ html, conversation }, form) {
    const replaced = REPLACING.has(form.dataset.ask) ? form.closest("article") : null;
    const article = this.turns.add(html, replaced);
    tell("asked", { conversation, form });
    this.turns.reserve(article);
    this.turns.toNewest();
    // What was pressed has gone from the page, and the focus must not be lost.
    if (document.activeElement === document.body) this.turns.focus(article);
    return this.begin(article);
  }

  begin(article) {
    this.answer = new Answer(article, () => this.turns.follower.grown());
    tell("running", { reply: article.dataset.turn });
    announce(word("answering"));
    return this.answer;
  }

  lost() {
    this.answer?.says(word("resuming"));
  }

  /** The reply is no longer to be had from here: another tab signed out, or the conversation was deleted. */
  gone(answer, error) {
    this.answer = null;
    answer.says("");
    answer.article.removeAttribute("aria-busy");
    this.turns.complain(answer.article, sentenceFor(error));
  }
}

function tell(name, detail = {}) {
  document.dispatchEvent(new CustomEvent(`chat:${name}`, { detail }));
}
