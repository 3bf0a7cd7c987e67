/** <chat-sidebar>: the list of conversations. On narrow screens it is a drawer, open while the address is `#sidebar`. */

import { listen } from "../events.js";
import { isEscape } from "../keyboard.js";
import { showTitle } from "./chat-entry.js";

export class ChatSidebar extends HTMLElement {
  connectedCallback() {
    listen("asked", ({ conversation }) => this.#moveToTop(conversation));
    listen("title", ({ conversation, title }) => showTitle(conversation, title));
    window.addEventListener("hashchange", () => this.#handleHashChange());
    document.addEventListener("keydown", (event) => this.#handleKeydown(event));
    document.addEventListener("click", (event) => this.#handleClick(event));
    this.#handleHashChange();
  }

  get #isOpenDrawer() {
    return this.matches(":target") && getComputedStyle(this).position === "fixed";
  }

  /** The entry above the turns; null on pages without turns. */
  get #heading() {
    return document.querySelector("chat-entry.heading");
  }

  /** While the drawer is open, the page behind it cannot be used. */
  #handleHashChange() {
    document.querySelector(".column").inert = this.#isOpenDrawer;
    if (this.#isOpenDrawer) this.focus();
  }

  #handleKeydown(event) {
    if (!isEscape(event) || !this.#isOpenDrawer) return;
    event.preventDefault();
    this.#closeDrawer();
  }

  #handleClick({ target }) {
    // The offer to undo a deletion is above the page; a click there leaves the drawer open.
    const isOutside = target.isConnected && !this.contains(target) && !target.closest("chat-toast");
    if (this.#isOpenDrawer && isOutside) this.#closeDrawer();
  }

  #closeDrawer() {
    location.replace("#content");
    document.querySelector(".menu-button").focus();
  }

  /** Move the conversation that was asked in to the top of the list, or add it, if it is new. */
  #moveToTop(conversation) {
    const known = this.querySelector(`chat-entry[data-conversation="${conversation}"]`)?.closest("li");
    const row = known ?? this.querySelector("template[data-entry]").content.cloneNode(true).firstElementChild;
    // An element that is moved loses the focus.
    if (!row.contains(document.activeElement)) this.querySelector("[data-newest]").prepend(row);
    if (known) return;
    row.querySelector("chat-entry").setConversation(conversation);
    this.#heading.setConversation(conversation);
  }
}
