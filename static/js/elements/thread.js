/** <chat-thread>: the turns of a conversation, and the answer that is being written. */

import { Answer } from "../answer.js";
import { copyAnswer, copyCode } from "../copy.js";
import { Refusal, send } from "../net.js";
import { framesOf } from "../reply.js";
import { fill, nodes } from "../safe.js";
import { Follower } from "../scroll.js";
import { announce, word } from "../words.js";

/**
 * Dispatches on the document: `chat:asked` {conversation} when a question was accepted, `chat:title` {title},
 * `chat:running` {reply} and `chat:idle` as an answer begins and ends.
 */
export class ChatThread extends HTMLElement {
  connectedCallback() {
    this.turns = this.querySelector("[data-turns]");
    this.jump = this.querySelector("[data-action=jump]");
    this.follower = new Follower(this, (following) => {
      this.jump.hidden = following || this.follower.isNear();
    });
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("submit", (event) => this.submitted(event));
    this.follower.toEnd();
    const writing = this.turns.querySelector("[data-state=writing]");
    if (writing) this.resume(writing);
  }

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

  /**
   * The question was accepted: show the new turns, in the place of a tried answer and all that followed it.
   * Only the newest answer can be continued.
   */
  start({ html, conversation }, replaced) {
    this.querySelector("[data-empty]")?.remove();
    while (replaced?.nextElementSibling) replaced.nextElementSibling.remove();
    replaced?.remove();
    for (const form of this.turns.querySelectorAll("[data-ask=continue]")) form.remove();
    this.turns.append(nodes(html));
    this.tell("asked", { conversation });
    const article = this.turns.lastElementChild;
    this.reserve(article);
    this.follower.follow(true);
    this.follower.toEnd();
    return this.begin(article);
  }

  begin(article) {
    this.answer = new Answer(article, () => this.follower.grown());
    this.tell("running", { reply: article.dataset.turn });
    announce(word("answering"));
    return this.answer;
  }

  /** Room for the answer, so that its question stands near the top and nothing moves while it is filled. */
  reserve(article) {
    for (const other of this.turns.children) other.style.removeProperty("min-block-size");
    const question = article.previousElementSibling?.offsetHeight ?? 0;
    const room = this.clientHeight - Math.min(question, this.clientHeight / 2) - 120;
    article.style.setProperty("min-block-size", `${Math.max(room, 0)}px`);
  }

  lost() {
    this.answer?.says(word("resuming"));
  }

  /** The reply is no longer to be had from here: another tab signed out, or the conversation was deleted. */
  gone(answer, error) {
    answer.says("");
    answer.article.removeAttribute("aria-busy");
    this.complain(answer.article, sentenceFor(error));
  }

  complain(article, sentence) {
    const note = document.createElement("p");
    note.className = "note danger";
    note.setAttribute("role", "alert");
    article.querySelector(".body").append(note);
    note.textContent = sentence;
  }

  async submitted(event) {
    const form = event.target;
    if (!form.dataset.ask) return;
    event.preventDefault();
    if (form.inert) return;
    form.inert = true;
    try {
      await this.ask(form);
    } catch (error) {
      this.complain(form.closest("article"), sentenceFor(error));
    } finally {
      form.inert = false;
    }
  }

  clicked(event) {
    const control = event.target.closest("[data-action]");
    const act = {
      jump: () => this.toNewest(),
      older: () => this.showOlder(event, control),
      "copy-answer": () => copyAnswer(control.closest("article")),
      "copy-code": () => copyCode(control),
    }[control?.dataset.action];
    act?.();
  }

  toNewest() {
    this.follower.follow(true);
    this.follower.toEnd();
  }

  async showOlder(event, link) {
    event.preventDefault();
    const page = nodes(await (await send("GET", link.href)).text());
    const place = this.querySelector("[data-older]");
    this.follower.keeping(() => {
      fill(place, "");
      const older = page.querySelector(".older");
      if (older) place.append(older);
      this.turns.prepend(page);
    });
    this.turns.firstElementChild?.querySelector("h2")?.scrollIntoView({ block: "nearest" });
  }

  tell(name, detail = {}) {
    document.dispatchEvent(new CustomEvent(`chat:${name}`, { detail }));
  }
}

/** What to say when a request failed. */
export function sentenceFor(error) {
  if (error instanceof Refusal) return error.status === 401 ? word("signed-out") : error.message || word("failed");
  if (error instanceof TypeError) return word("offline");
  throw error;
}
