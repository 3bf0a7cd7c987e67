/** <context-meter>: how much of the model's window the conversation fills, and the button that makes room. */

import { summarize } from "../actions.js";
import { parseHTML } from "../html.js";
import { errorMessage, send } from "../requests.js";

export class ContextMeter extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      summarize(this.dataset.conversation);
    });
    if (this.hasAttribute("data-estimated")) this.#count();
  }

  /** Show what Claude counts in the place of the estimate, which stays where Claude does not. */
  async #count() {
    this.removeAttribute("data-estimated");
    try {
      const response = await send("GET", this.dataset.address);
      if (response.status === 200) this.replaceWith(parseHTML(await response.text()));
    } catch (error) {
      errorMessage(error);
    }
  }
}
