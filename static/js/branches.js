/** Replaces the branch of the conversation in the page by another one, from a given turn on. */

import { addressOf, announce } from "./page-data.js";
import { send } from "./requests.js";
import { fetchTurns, fetchTurnsFrom } from "./turns.js";

export class Branches {
  #turns;
  #stream;

  constructor(turns, stream) {
    this.#turns = turns;
    this.#stream = stream;
  }

  /** Show the version of a turn that `button` names. The focus stays on the version buttons. Throws as `send` does. */
  async switchTo(form, button) {
    await send("POST", form.action, { form, submitter: button });
    const turn = await this.#show(form.closest("article"), button.value);
    const buttons = [...turn.querySelectorAll("[data-step]:enabled")];
    const sameDirection = buttons.find(({ dataset }) => dataset.step === button.dataset.step);
    (sameDirection ?? buttons[0])?.focus({ preventScroll: true });
  }

  /** Reword a question without asking it again, and show the new text. Throws as `send` does. */
  async reword(form, button) {
    const response = await send("POST", button.formAction, { form });
    const { question } = await response.json();
    const turn = await this.#show(form.closest("article"), question);
    turn.querySelector("[data-action=edit]")?.focus({ preventScroll: true });
  }

  /** Show a turn, and those after it, as they are now. Returns the turn. Throws as `send` does. */
  async reload(article) {
    return this.#show(article, article.dataset.turn);
  }

  /** Show what was added or decided in another tab or on another device. Throws as `send` does. */
  async update() {
    const { last } = this.#turns;
    if (!last || this.#stream.isBusy || this.#turns.isEditing) return;
    const { turn, conversation, state } = last.dataset;
    const address = addressOf("conversation", conversation);
    const fetched = await fetchTurns(`${address}?head=${turn}&state=${state}`);
    if (!fetched.length || this.#stream.isBusy || this.#turns.isEditing || this.#turns.last !== last) return;
    // Where not even the first turn is the same, the page begins again.
    if (!this.#turns.update(fetched)) location.assign(address);
    else if (this.#turns.writing) this.#stream.resume(this.#turns.writing);
  }

  /** Replace a turn and all turns after it by the branch that contains the turn `id`. Returns that turn. */
  async #show(article, id) {
    const fetched = await fetchTurnsFrom(id, addressOf("conversation", article.dataset.conversation));
    // An answer that is streaming continues in the element that it has.
    const { liveArticle } = this.#stream;
    const turns = fetched.map((turn) => (turn.dataset.turn === liveArticle?.dataset.turn ? liveArticle : turn));
    this.#turns.replaceFrom(article, turns);
    const { writing } = this.#turns;
    if (writing && writing !== liveArticle) this.#stream.resume(writing);
    announce(turns[0].querySelector("[data-version]")?.textContent ?? "");
    return turns[0];
  }
}
