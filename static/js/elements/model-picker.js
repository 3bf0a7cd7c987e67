/** <model-picker>: chooses the model to ask and its effort, also for the forms in the thread that ask something. */

import { listen } from "../events.js";
import { addressOf } from "../page-data.js";
import { errorMessage, send } from "../requests.js";

export class ModelPicker extends HTMLElement {
  /** Missing where there is nothing to choose. */
  #model;
  #effort;

  connectedCallback() {
    this.#model = this.querySelector("[name=model]");
    this.#effort = this.querySelector("[name=effort]");
    this.addEventListener("change", ({ target }) => this.#handleChange(target));
    // In the capture phase, so that the fields are in the form before the thread sends it.
    document.addEventListener("submit", (event) => this.#addFields(event), { capture: true });
    listen("refused", ({ code }) => code === "model" && this.#removeChosenModel());
    this.#showEffort();
  }

  /** What the button that was pressed names itself is left as it is. */
  #addFields({ target: form, submitter }) {
    if (!form.dataset.ask || form.id === "composer") return;
    for (const { name, value } of this.querySelectorAll("select")) {
      const field = form.querySelector(`input[name=${name}]`) ?? document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      if (submitter?.name === name) field.remove();
      else form.append(field);
    }
  }

  /** The choice is kept for new conversations. Without a connection it counts for this page only. */
  async #handleChange({ name, value }) {
    this.#showEffort();
    await send("POST", addressOf("preferences"), { fields: { [name]: value } }).catch(errorMessage);
  }

  /** Offer the efforts that the model takes. Where it does not take the chosen one, the next lower one is chosen. */
  #showEffort() {
    const model = this.#model?.selectedOptions[0];
    if (!model) return;
    const taken = model.dataset.efforts.split(" ");
    for (const option of this.#effort.options) option.disabled = option.hidden = !taken.includes(option.value);
    this.#effort.parentElement.hidden = !model.dataset.efforts;
    const chosen = this.#effort.selectedIndex;
    const options = [...this.#effort.options].filter((option) => !option.disabled);
    const nearest = options.findLast(({ index }) => index <= chosen) ?? options[0];
    if (nearest) nearest.selected = true;
  }

  /** The model was withdrawn after the page was made: do not offer it again. */
  #removeChosenModel() {
    this.#model?.selectedOptions[0]?.remove();
    if (this.#model?.options.length) this.#model.selectedIndex = 0;
    this.#showEffort();
  }
}
