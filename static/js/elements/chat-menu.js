/** <chat-menu>: what can be done with a conversation. One menu for the page, opened beside the entry it is for. */

import { archive, deleteConversation, pin, summarize } from "../actions.js";
import { addressOf } from "../page-data.js";
import { rename } from "./chat-entry.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };
const WINDOW_MARGIN_PX = 8;
/** What an item does with the entry. Any other leads to the page, or the file, of its name. */
const ACTIONS = {
  pin: (entry) => pin(entry, true),
  unpin: (entry) => pin(entry, false),
  summarize: ({ conversation }) => summarize(conversation),
  rename,
  archive: (entry) => archive(entry, true),
  unarchive: (entry) => archive(entry, false),
  delete: deleteConversation,
};

export class ChatMenu extends HTMLElement {
  #entry = null;
  /** The entry for which the menu was open when the pointer was pressed last. */
  #entryAtPress = null;

  connectedCallback() {
    // A press outside closes the menu before the click event, which then has to know that it was open.
    const rememberEntry = () => (this.#entryAtPress = this.#isOpen ? this.#entry : null);
    document.addEventListener("pointerdown", rememberEntry, { capture: true });
    document.addEventListener("click", (event) => this.#handleClick(event));
    addEventListener("resize", () => this.#isOpen && this.#place());
    this.addEventListener("keydown", (event) => this.#handleKeydown(event));
    this.addEventListener("beforetoggle", ({ newState }) => this.#setExpanded(newState === "open"));
  }

  /** The items for this entry: to pin it, or to unpin it. */
  get #items() {
    return [...this.querySelectorAll("[role=menuitem]:not([hidden])")];
  }

  get #isOpen() {
    return this.matches(":popover-open");
  }

  #handleClick(event) {
    const menuButton = event.target.closest("[data-menu]");
    if (menuButton && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const isByPointer = event.detail > 0;
      const entry = menuButton.closest("chat-entry");
      if (!isByPointer || entry !== this.#entryAtPress) this.#open(entry);
    }
    const item = event.target.closest("chat-menu [data-action], .archived [data-action]");
    if (!item) return;
    event.preventDefault();
    this.#choose(item.dataset.action);
  }

  #open(entry) {
    if (this.#isOpen) this.hidePopover();
    this.#entry = entry;
    for (const item of this.querySelectorAll("[data-needs]")) item.hidden = !entry.matches(item.dataset.needs);
    this.showPopover();
    this.#place();
    this.#items[0].focus();
  }

  /** Place the menu below its button, or above where there is no room; never outside the column of its entry. */
  #place() {
    const button = this.#entry.menuButton.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this;
    const isRightToLeft = getComputedStyle(this.#entry).direction === "rtl";
    const left = isRightToLeft ? button.left : button.right - width;
    const column = this.#entry.closest(".column, .sidebar").getBoundingClientRect();
    const minLeft = column.left + WINDOW_MARGIN_PX;
    const maxLeft = column.right - width - WINDOW_MARGIN_PX;
    const hasRoomBelow = button.bottom + height < innerHeight;
    this.style.setProperty("left", `${Math.max(minLeft, Math.min(left, maxLeft))}px`);
    const top = hasRoomBelow ? button.bottom : Math.max(WINDOW_MARGIN_PX, button.top - height);
    this.style.setProperty("top", `${top}px`);
  }

  /** Outside of the open menu an action is for the conversation that is open: in the notice above it, in the palette. */
  #choose(action) {
    const entry = this.#isOpen ? this.#entry : document.querySelector("chat-entry.heading");
    this.hidePopover();
    if (ACTIONS[action]) ACTIONS[action](entry);
    else location.assign(addressOf(action, entry.conversation));
  }

  #handleKeydown(event) {
    const step = STEPS[event.key];
    if (event.key === "Escape" || step) event.preventDefault();
    if (event.key === "Escape" || event.key === "Tab") this.#close();
    if (!step) return;
    const items = this.#items;
    items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
  }

  #close() {
    this.hidePopover();
    this.#entry.menuButton.focus();
  }

  #setExpanded(isExpanded) {
    this.#entry.menuButton.ariaExpanded = isExpanded;
  }
}
