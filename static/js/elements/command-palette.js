/** <command-palette>: a combobox over the person's conversations and the commands of the page. */

import { setHTML } from "../html.js";
import { buildKeys, isComposing, isShortcut, onShortcut } from "../keys.js";
import { translate } from "../page-data.js";
import { errorMessage, send } from "../requests.js";

const TYPING_PAUSE_MS = 120;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export class CommandPalette extends HTMLElement {
  #dialog;
  #input;
  #conversations;
  #timer;
  /** Counts the requests, of which only the last one is shown. */
  #requests = 0;

  connectedCallback() {
    this.#dialog = this.querySelector("dialog");
    this.#input = this.querySelector("input");
    this.#conversations = this.querySelector("[data-conversations]");
    this.#input.addEventListener("input", () => this.#handleInput());
    this.addEventListener("keydown", (event) => this.#handleKeydown(event));
    this.addEventListener("click", (event) => this.#handleClick(event));
    onShortcut("palette", () => this.#open());
    for (const element of document.querySelectorAll(".palette-button, [role=option][data-run]")) addKeys(element);
  }

  #open() {
    this.#input.value = "";
    this.#dialog.showModal();
    this.#showMatches();
    this.#loadConversations();
  }

  #handleInput() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#loadConversations(), TYPING_PAUSE_MS);
    this.#showMatches();
  }

  async #loadConversations() {
    this.#requests += 1;
    const request = this.#requests;
    try {
      const response = await send("GET", `${this.dataset.address}?${new URLSearchParams({ q: this.#input.value })}`);
      const html = await response.text();
      if (request !== this.#requests) return;
      setHTML(this.#conversations, html);
      this.#showMatches();
    } catch (error) {
      // The commands work without the list.
      errorMessage(error);
    }
  }

  get #options() {
    return [...this.querySelectorAll("[role=option]:not([hidden])")];
  }

  /** Show the options with all the words that were typed, and that can be used on this page. Choose the first one that leads elsewhere. */
  #showMatches() {
    const words = fold(this.#input.value).split(/\s+/);
    for (const option of this.querySelectorAll("[role=option]")) {
      const label = fold(option.firstChild.textContent);
      const needed = document.querySelectorAll(option.dataset.needs ?? option.dataset.click ?? "body");
      const isUsable = [...needed].some((element) => element.checkVisibility({ visibilityProperty: true }));
      option.hidden = !isUsable || !words.every((word) => label.includes(word));
    }
    for (const group of this.querySelectorAll("[role=group]")) group.hidden = !group.querySelector("li:not([hidden])");
    const options = this.#options;
    this.#choose(options.find(({ dataset }) => dataset.href !== location.pathname) ?? options[0]);
    this.querySelector("[data-none]").textContent = options.length ? "" : translate("nothing-found");
  }

  #choose(option) {
    this.querySelector("[aria-selected=true]")?.removeAttribute("aria-selected");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-activedescendant", option?.id ?? "");
  }

  #handleKeydown(event) {
    if (isComposing(event)) return;
    const chosen = this.querySelector("[aria-selected=true]");
    const options = this.#options;
    if (isShortcut(event, "palette")) this.#dialog.close();
    else if (event.key === "Enter") chosen?.click();
    else if (STEPS[event.key]) this.#choose(options.at((options.indexOf(chosen) + STEPS[event.key]) % options.length));
    else return;
    event.preventDefault();
  }

  #handleClick({ target }) {
    const option = target.closest("[role=option]");
    // A click on the dialog itself is one beside its content.
    if (option || target === this.#dialog) this.#dialog.close();
    if (option?.dataset.href) location.assign(option.dataset.href);
    if (option?.dataset.click) [...document.querySelectorAll(option.dataset.click)].pop().click();
  }
}

/** Show the shortcut that does the same. Assistive technology has it from `aria-keyshortcuts`, or does not need it. */
function addKeys(element) {
  const [keys] = buildKeys(element.dataset.run);
  keys.ariaHidden = "true";
  element.append(keys);
}

/** A text without case and accents. */
function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
