/** <model-picker>: chooses the model to ask, also for the forms in the thread that ask something. */

import { listen } from "../events.js";

export class ModelPicker extends HTMLElement {
  #select;

  connectedCallback() {
    this.#select = this.querySelector("select");
    // In the capture phase, so that the model is in the form before the thread sends it.
    document.addEventListener("submit", (event) => this.#addModel(event), { capture: true });
    listen("refused", ({ code }) => code === "model" && this.#removeChosenModel());
  }

  /** Unless the button that was pressed names a model itself. */
  #addModel({ target: form, submitter }) {
    if (!form.dataset.ask || this.#select.form === form || submitter?.name === "model") return;
    const field = form.elements.model ?? document.createElement("input");
    field.type = "hidden";
    field.name = "model";
    field.value = this.#select.value;
    form.append(field);
  }

  /** The model was withdrawn after the page was made: do not offer it again. */
  #removeChosenModel() {
    this.#select.selectedOptions[0]?.remove();
    if (this.#select.options.length) this.#select.selectedIndex = 0;
  }
}
