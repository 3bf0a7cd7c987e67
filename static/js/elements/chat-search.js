/** <chat-search>: the search at the top of the sidebar. Results take the place of the list while something is typed. */

import { setHTML } from "../html.js";
import { isEscape } from "../keys.js";
import { errorMessage, send } from "../requests.js";

const PAUSE_MS = 150;

export class ChatSearch extends HTMLElement {
  #input;
  #results;
  #status;
  #timer;
  /** Counts what was typed: a response to something earlier is not shown. */
  #version = 0;

  connectedCallback() {
    this.#input = this.querySelector("[data-search]");
    this.#results = this.querySelector("[data-results]");
    this.#status = this.querySelector("[data-search-status]");
    this.#input.addEventListener("input", () => this.#schedule());
    this.addEventListener("keydown", (event) => this.#handleKeydown(event));
    // A browser may have kept what was typed.
    if (this.#text) this.#schedule();
  }

  get #text() {
    return this.#input.value.trim();
  }

  #schedule() {
    clearTimeout(this.#timer);
    this.#version += 1;
    if (this.#text) this.#timer = setTimeout(() => this.#search(), PAUSE_MS);
    else this.#close();
  }

  async #search() {
    const version = this.#version;
    const address = `${this.querySelector("form").action}?${new URLSearchParams({ q: this.#text })}`;
    try {
      const response = await send("GET", address);
      const html = await response.text();
      if (version !== this.#version) return;
      setHTML(this.#results, html);
      this.#open(this.#results.querySelector("[data-count]")?.textContent ?? "");
    } catch (error) {
      if (version !== this.#version) return;
      this.#results.textContent = errorMessage(error);
      this.#open(this.#results.textContent);
    }
  }

  #open(status) {
    this.toggleAttribute("data-open", true);
    this.#results.hidden = false;
    this.#results.scrollTop = 0;
    this.#status.textContent = status;
  }

  #close() {
    this.toggleAttribute("data-open", false);
    this.#results.hidden = true;
    this.#results.textContent = "";
    this.#status.textContent = "";
  }

  /** Escape leaves the search; the arrow keys move between the field and the results. */
  #handleKeydown(event) {
    if (isEscape(event) && this.hasAttribute("data-open")) {
      event.preventDefault();
      this.#input.value = "";
      this.#input.focus();
      this.#schedule();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const places = [this.#input, ...this.#results.querySelectorAll("[data-result]")];
    const place = places[places.indexOf(document.activeElement) + step];
    if (!place || places.length === 1) return;
    event.preventDefault();
    place.focus();
  }
}
