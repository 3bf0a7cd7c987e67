/** <tool-picker>: the tools that Claude may use, also for the forms in the thread that ask something. */

import { addressOf } from "../page-data.js";
import { errorMessage, send } from "../requests.js";

export class ToolPicker extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", () => this.#handleChange());
    // In the capture phase, so that the fields are in the form before the thread sends it.
    document.addEventListener("submit", ({ target }) => this.#addFields(target), { capture: true });
    this.#showCount();
  }

  get #chosen() {
    return [...this.querySelectorAll("[name=tools]:checked")].map(({ value }) => value);
  }

  #addFields(form) {
    if (!form.dataset.ask || form.id === "composer") return;
    for (const field of form.querySelectorAll("[name=tools]")) field.remove();
    for (const value of this.#chosen) {
      const field = document.createElement("input");
      form.append(Object.assign(field, { type: "hidden", name: "tools", value }));
    }
  }

  /** The choice is kept for later questions. Without a connection it counts for this page only. */
  async #handleChange() {
    this.#showCount();
    const names = this.#chosen;
    // An empty name says that none is chosen.
    const fields = ["", ...names].map((name) => ["tools", name]);
    try {
      await send("POST", addressOf("preferences"), { fields });
    } catch (error) {
      errorMessage(error);
    }
  }

  #showCount() {
    this.querySelector("[data-count]").textContent = this.#chosen.length || "";
  }
}
