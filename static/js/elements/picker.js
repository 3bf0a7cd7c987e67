/** <model-picker>: the model that is asked, also by the forms in the thread that ask something. */

export class ModelPicker extends HTMLElement {
  connectedCallback() {
    this.select = this.querySelector("select");
    // Before the thread hears of it: what it sends is the form as it is then.
    document.addEventListener("submit", (event) => this.lend(event.target), { capture: true });
    document.addEventListener("chat:refused", (event) => event.detail.code === "model" && this.fallBack());
  }

  lend(form) {
    if (!form.dataset.ask || this.select.form === form) return;
    const field = form.elements.model ?? document.createElement("input");
    Object.assign(field, { type: "hidden", name: "model", value: this.select.value });
    form.append(field);
  }

  /** The model has gone since the page was made: do not offer it again. */
  fallBack() {
    this.select.selectedOptions[0]?.remove();
    if (this.select.options.length) this.select.selectedIndex = 0;
  }
}
