/** <chat-thread>: the turns of a conversation, and what can be done with them. */

import { Branches } from "../branches.js";
import { copyAnswer, copyCode, copyQuestion, copySelection } from "../copy.js";
import { dispatch } from "../events.js";
import { holdBack } from "../form-files.js";
import { loadSearchHit } from "../on-demand.js";
import { QuestionEditor } from "../question-editor.js";
import { ReplyStream } from "../reply-stream.js";
import { attempt, errorMessage } from "../requests.js";
import { ScrollFollower } from "../scroll-follower.js";
import { Turns } from "../turns.js";

export class ChatThread extends HTMLElement {
  #turns;
  #stream;
  #branches;
  #editor;

  connectedCallback() {
    const jump = document.querySelector("[data-jump]");
    const follower = new ScrollFollower(this, (isFollowing) => {
      jump.hidden = isFollowing || follower.isNearEnd;
    });
    this.#turns = new Turns(this, follower);
    this.#stream = new ReplyStream(this.#turns);
    this.#branches = new Branches(this.#turns, this.#stream);
    this.#editor = new QuestionEditor(this);
    jump.addEventListener("click", () => this.#turns.scrollToNewest());
    this.addEventListener("click", (event) => this.#handleClick(event));
    this.addEventListener("submit", (event) => this.#handleSubmit(event));
    // A browser may send it to the element that has the focus instead of the one that is selected.
    document.addEventListener("copy", (event) => copySelection(event, this.querySelector("[data-turns]")));
    // Details at the end of the page would open out of view. (`toggle` does not bubble.)
    this.addEventListener("toggle", ({ target }) => showOpened(target), true);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.update());
    window.addEventListener("focus", () => this.update());
    this.#showBeginning();
    new ResizeObserver(() => this.#handleResize()).observe(this);
    if (this.#turns.writing) this.#stream.resume(this.#turns.writing);
    else this.#sayWhatWaits();
  }

  /** Show the end of the turns, or the turn that the address names. Without turns, the page begins at its top. */
  async #showBeginning() {
    const { follower, last } = this.#turns;
    if (!last) return;
    const turn = location.hash.startsWith("#m-") ? document.getElementById(location.hash.slice(1)) : null;
    if (!this.contains(turn)) {
      follower.scrollToEnd();
      return;
    }
    follower.setFollowing(false);
    this.#turns.focus(turn);
    const { showHit } = await loadSearchHit();
    showHit(this, turn);
  }

  /** Send the form of the composer, which is outside. Throws as `send` does unless the question was accepted. */
  async ask(form, submitter = null) {
    await this.#stream.ask(form, submitter);
  }

  async #handleSubmit(event) {
    const { target: form, submitter } = event;
    const action = this.#actionOf(form, submitter);
    if (!action) return;
    event.preventDefault();
    if (form.inert || holdBack(form, submitter)) return;
    form.inert = true;
    submitter?.closest("[popover]")?.hidePopover();
    // What was said about the last attempt.
    form.closest("article").querySelector(".note[role=alert]")?.remove();
    try {
      await action();
    } catch (error) {
      form.inert = false;
      if (form.dataset.ask === "decide" && error.status === 409) await this.#showDecided(form, error);
      else this.#showError(form, errorMessage(error));
      if (document.activeElement === document.body) submitter?.focus({ preventScroll: true });
    } finally {
      form.inert = false;
    }
  }

  /** What a form does, as a function; undefined where the browser sends it. */
  #actionOf(form, submitter) {
    if (form.matches("[data-switch-version]")) return () => this.#branches.switchTo(form, submitter);
    if (submitter?.matches("[data-reword]")) return () => this.#reword(form, submitter);
    if (form.dataset.ask) return () => this.ask(form, submitter);
  }

  async #reword(form, button) {
    await this.#branches.reword(form, button);
    this.#editor.discardDraft(form);
  }

  #showError(form, sentence) {
    if (form.dataset.ask === "edit") this.#editor.showError(form, sentence);
    else this.#turns.showError(form.closest("article"), sentence);
  }

  /** It was decided elsewhere. */
  async #showDecided(form, { message }) {
    const turn = await this.#branches.reload(form.closest("article"));
    this.#turns.showError(turn, message);
    this.#turns.focus(turn);
    this.#sayWhatWaits();
  }

  #sayWhatWaits() {
    const { last } = this.#turns;
    if (this.#stream.isBusy) return;
    dispatch("waiting", { reply: last?.dataset.state === "waiting" ? last.dataset.turn : null });
  }

  #handleClick(event) {
    const control = event.target.closest("[data-action]");
    const article = control?.closest("article");
    const actions = {
      older: () => attempt(() => this.#turns.showOlder(control)),
      edit: () => this.#editor.open(this.querySelector(`[data-turn="${control.value}"]`)),
      "cancel-edit": () => this.#editor.close(article),
      "copy-answer": () => copyAnswer(control),
      "copy-question": () => copyQuestion(control),
      "copy-code": () => copyCode(control),
    };
    const action = actions[control?.dataset.action];
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** Whether the last turn is the one with this id, in this state. */
  endsWith({ head, state }) {
    const { last } = this.#turns;
    return last?.dataset.turn === head && last.dataset.state === state;
  }

  /** The composer has grown, or the keyboard of a phone has opened: what was in sight stays in sight. */
  #handleResize() {
    const { last, follower } = this.#turns;
    if (!last) return;
    if (last.style.minBlockSize) this.#turns.reserveRoom(last);
    follower.update();
  }

  /** Show what is new since the page was last looked at. */
  async update() {
    // An excerpt does not end with the newest turn.
    if (this.hasAttribute("data-excerpt")) return;
    try {
      await this.#branches.update();
      this.#sayWhatWaits();
    } catch (error) {
      // Nothing was asked for here, so only a fault of the scripts is reported.
      errorMessage(error);
    }
  }
}

/** Only what was opened: the details of an answer have no box of their own. */
function showOpened(details) {
  if (details.open) details.lastElementChild.scrollIntoView({ block: "nearest" });
}
