/** Another branch of the conversation takes the place of the one that is shown, from one turn on. */

import { addressOf } from "./addresses.js";
import { send } from "./net.js";
import { announce } from "./words.js";

export class Branches {
  constructor(turns, stream) {
    this.turns = turns;
    this.stream = stream;
  }

  /** Show another version of a turn; its own switch has the focus afterwards. */
  async switchTo(form, submitter) {
    await send("POST", form.action, { form, submitter });
    const turn = await this.show(form.closest("article"), submitter.value);
    const steps = [...turn.querySelectorAll("[data-step]:enabled")];
    (steps.find((step) => step.dataset.step === submitter.dataset.step) ?? steps[0])?.focus({ preventScroll: true });
  }

  /** Keep other words for a question, which asks nothing. */
  async save(form, submitter) {
    const response = await send("POST", submitter.formAction, { form });
    const { question } = await response.json();
    const turn = await this.show(form.closest("article"), question);
    turn.querySelector("[data-action=edit]").focus({ preventScroll: true });
  }

  /** Replace a turn and what follows it by the branch that the server shows now, which has `id` in that place. */
  async show(article, id) {
    const fresh = await this.turns.from(id, addressOf("conversation", article.dataset.conversation));
    const { live } = this.stream;
    // An answer that is followed from here goes on in its own element.
    const shown = fresh.map((turn) => (turn.dataset.turn === live?.dataset.turn ? live : turn));
    this.turns.replace(article, shown);
    const { writing } = this.turns;
    if (writing && writing !== live) this.stream.resume(writing);
    announce(shown[0].querySelector("[data-version]")?.textContent ?? "");
    return shown[0];
  }
}
