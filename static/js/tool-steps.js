/** The steps with tools of an answer that is being written, at the places that its text has for them. */

import { setHTML } from "./html.js";
import { addressOf, translate } from "./page-data.js";
import { errorMessage, send } from "./requests.js";

export class ToolSteps {
  #text;
  /** `{id, row, title, state, isCall}` by the ids. The place of a row may come after its steps. */
  #steps = new Map();

  /** `text`: the element that has the places. */
  constructor(text) {
    this.#text = text;
    // A page that was opened while no tool was on has their styles beside them.
    document.head.append(...findTemplate().querySelectorAll("link"));
    // `toggle` does not bubble.
    text.addEventListener("toggle", ({ target }) => this.#load(target), true);
  }

  /** Show a step, in its newest state. */
  show(step) {
    this.#steps.set(step.id, step);
    this.place();
  }

  /** Show the steps whose places are there by now. */
  place() {
    for (const step of this.#steps.values()) {
      const place = this.#text.querySelector(`[data-tools="${step.row}"]`);
      if (place) this.#showAt(place, step);
    }
  }

  #showAt(place, { id, title, state }) {
    const step = place.querySelector(`[data-step="${CSS.escape(id)}"]`) ?? addStep(place, id, title);
    const label = step.querySelector("[data-state-label]");
    if (!label || step.dataset.stepState === state) return;
    step.dataset.stepState = state;
    label.textContent = translate(`tool-${state}`);
    this.#load(step.querySelector("details"));
  }

  /** Fetch the input of a step that is open, and its result. */
  async #load(details) {
    const { step } = details.parentElement.dataset;
    if (!details.open || !this.#steps.get(step)?.isCall) return;
    try {
      const response = await send("GET", addressOf("step", step));
      setHTML(details.querySelector("[data-step-body]"), await response.text());
    } catch (error) {
      errorMessage(error);
    }
  }
}

function findTemplate() {
  return document.querySelector("template[data-steps]").content;
}

function addStep(place, id, title) {
  const list = findTemplate().firstElementChild.cloneNode(true);
  const step = list.firstElementChild;
  step.dataset.step = id;
  step.querySelector(".step-title").textContent = title;
  if (place.firstElementChild) place.firstElementChild.append(step);
  else place.append(list);
  return step;
}
