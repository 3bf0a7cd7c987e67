/** Sends questions, and shows the replies in the page as they are written. */

import { Answer } from "./answer.js";
import { dispatch } from "./events.js";
import { readFrames } from "./frames.js";
import { announce, translate } from "./page-data.js";
import { errorMessage, send } from "./requests.js";

/** The forms whose turn, with all that follow it, is replaced by the reply: see `data-ask`. */
const REPLACING_FORMS = new Set(["retry", "edit", "decide"]);
/** What is said at the end of a reply, by its state. */
const ENDS = { complete: "answered", stopped: "stopped", waiting: "waits" };

/** Dispatches `asked`, `title`, `running`, `idle` and `waiting`: see events.js. */
export class ReplyStream {
  #turns;
  /** The Answer that is followed, or the last one that was. */
  #answer = null;
  #isAsking = false;

  constructor(turns) {
    this.#turns = turns;
  }

  /** The article that is being written and followed, whether it is in the page or not; else null. */
  get liveArticle() {
    return this.#answer?.article.dataset.state === "writing" ? this.#answer.article : null;
  }

  /** Whether a question is being sent or its answer is being followed, and so the page changes by itself. */
  get isBusy() {
    return this.#isAsking || this.liveArticle !== null;
  }

  /** Send a form that asks something, and show the reply. Throws as `send` does unless the question was accepted. */
  async ask(form, submitter) {
    this.#isAsking = true;
    try {
      const { last } = this.#turns;
      // The server refuses a question that was asked below another turn than the last one.
      const fields = last && !REPLACING_FORMS.has(form.dataset.ask) ? { after: last.dataset.turn } : {};
      const response = await send("POST", form.action, { form, submitter, fields, stream: true });
      await this.#showReply(readFrames(response, { onConnectionLost: () => this.#showReconnecting() }), { form });
    } finally {
      this.#isAsking = false;
    }
  }

  /** Go on showing a reply that is being written. */
  async resume(article) {
    const reply = article.dataset.turn;
    const answer = this.#begin(article);
    await this.#showReply(readFrames(null, { reply, onConnectionLost: () => this.#showReconnecting() }), { answer });
  }

  /** Resolves at the end of the reply. A title that comes later is shown all the same. */
  #showReply(frames, { form, answer }) {
    return new Promise((resolve, reject) => {
      this.#showFrames(frames, { form, answer, onEnd: resolve }).then(resolve, reject);
    });
  }

  async #showFrames(frames, { form, answer, onEnd }) {
    try {
      for await (const { name, data } of frames) {
        if (name === "start") answer = this.#addTurns(data, form);
        else if (name === "title") dispatch("title", { ...data, conversation: answer.article.dataset.conversation });
        else answer.receive({ name, data });
        if (name !== "end") continue;
        announce(translate(ENDS[data.state] ?? "ended"));
        dispatch("idle", { state: data.state });
        if (data.state === "waiting") dispatch("waiting", { reply: answer.article.dataset.turn });
        onEnd();
      }
    } catch (error) {
      if (!answer) throw error;
      this.#giveUp(answer, error);
    }
  }

  /** The question was accepted: show it, with the answer that is still empty. Returns the Answer. */
  #addTurns({ html, conversation }, form) {
    const replaced = REPLACING_FORMS.has(form.dataset.ask) ? form.closest("article") : null;
    const article = this.#turns.add(html, replaced);
    dispatch("asked", { conversation, form });
    if (form.dataset.ask === "decide") {
      // The same turn, which stays where it is.
      article.style.setProperty("min-block-size", replaced.style.minBlockSize);
    } else {
      this.#turns.reserveRoom(article);
      this.#turns.scrollToNewest();
    }
    // The button that was pressed may be gone, and the focus must not be lost. Other decisions may be left.
    if (document.activeElement === document.body) this.#turns.focus(article.querySelector("[data-decision]") ?? article);
    return this.#begin(article);
  }

  #begin(article) {
    this.#answer = new Answer(article, () => this.#turns.follower.update());
    dispatch("running", { reply: article.dataset.turn });
    announce(translate("answering"));
    return this.#answer;
  }

  #showReconnecting() {
    this.#answer?.showStatus(translate("resuming"));
  }

  /** The reply is no longer available, as after a sign-out in another tab, or when its conversation was deleted. */
  #giveUp(answer, error) {
    this.#answer = null;
    answer.end();
    dispatch("idle");
    this.#turns.showError(answer.article, errorMessage(error));
  }
}
