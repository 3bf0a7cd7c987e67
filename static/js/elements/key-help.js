/** <key-help>: the dialog that lists the shortcuts, and switches those of a single character on and off. */

import { buildKeys, showHints } from "../keys.js";
import { addressOf } from "../page-data.js";
import { errorMessage, send } from "../requests.js";

export class KeyHelp extends HTMLElement {
  connectedCallback() {
    for (const row of this.querySelectorAll("[data-shortcut]")) row.append(...buildKeys(row.dataset.shortcut));
    this.addEventListener("change", ({ target }) => this.#save(target));
  }

  open() {
    this.querySelector("dialog").showModal();
  }

  async #save({ name, checked }) {
    const problem = this.querySelector("[data-refusal]");
    problem.textContent = "";
    showHints();
    try {
      await send("POST", addressOf("preferences"), { fields: { [name]: checked } });
    } catch (error) {
      problem.textContent = errorMessage(error);
    }
  }
}
