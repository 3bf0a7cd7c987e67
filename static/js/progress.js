/** The line below an answer that is being written: what Claude does now, and for how long nothing has come. */

import { translate } from "./page-data.js";

/** While text comes, the text itself and the moving line say so; without motion, the words do. */
const withoutMotion = matchMedia("(prefers-reduced-motion: reduce)");
/** After so long without anything new, the line says that the page waits. */
const STALL_SECONDS = 3;

export class Progress {
  #line;
  #text;
  #phase = "waiting";
  /** When this phase began, and when something came last. */
  #began = performance.now();
  #latest = performance.now();
  #timer;

  constructor(article) {
    // There is no line where the answer had ended before its turn was rendered; its frames come all the same.
    this.#line = article.querySelector("[data-waiting]") ?? document.createElement("p");
    this.#text = article.querySelector("[data-waiting-text]") ?? document.createElement("span");
    this.#timer = setInterval(() => this.#update(), 1000);
  }

  /** Something has come. `phase`: "thinking" or "writing". */
  show(phase) {
    this.#latest = performance.now();
    if (phase === this.#phase && this.#line.dataset.phase === phase) return;
    if (phase !== this.#phase) this.#began = this.#latest;
    this.#phase = phase;
    this.#setLine(phase, phase === "thinking" ? translate("thinking-for", "0") : translate("answering"));
  }

  /** A sentence that stays until something comes: why nothing does. */
  showSentence(sentence) {
    this.#phase = "sentence";
    this.#setLine("waiting", sentence);
  }

  end() {
    clearInterval(this.#timer);
    this.#line.hidden = true;
  }

  #update() {
    const now = performance.now();
    const [inPhase, silent] = [this.#began, this.#latest].map((since) => Math.floor((now - since) / 1000));
    if (this.#phase === "thinking") this.#setLine("thinking", translate("thinking-for", String(inPhase)));
    else if (this.#phase !== "sentence" && silent >= STALL_SECONDS) this.#setLine("waiting", translate("stalled", String(silent)));
  }

  #setLine(phase, text) {
    this.#line.dataset.phase = phase;
    this.#text.textContent = text;
    this.#text.classList.toggle("visually-hidden", phase === "writing" && !withoutMotion.matches);
  }
}
