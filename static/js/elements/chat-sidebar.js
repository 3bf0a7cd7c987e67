/** <chat-sidebar>: the list of conversations. On narrow screens it is a drawer, open while the address is `#sidebar`. */

import { dispatch, listen } from "../events.js";
import { isEscape } from "../keys.js";
import { LiveUpdates } from "../live-updates.js";
import { OlderConversations, SidebarList } from "../sidebar-list.js";
import { showTitle } from "./chat-entry.js";

export class ChatSidebar extends HTMLElement {
  #list;
  #older;
  #updates;
  /** The id of the conversation that the server was asked about last. */
  #asked = "";

  connectedCallback() {
    this.#list = new SidebarList(this.querySelector("[data-conversations]"));
    this.#older = new OlderConversations(this.#list);
    this.#updates = new LiveUpdates(
      () => this.#getAddress(),
      (data) => this.#show(data),
    );
    this.#updates.start();
    for (const event of ["asked", "running", "idle"]) listen(event, () => this.refresh());
    listen("asked", ({ conversation }) => this.#moveToTop(conversation));
    listen("title", ({ conversation, title }) => showTitle(conversation, title));
    window.addEventListener("hashchange", () => this.#handleHashChange());
    document.addEventListener("keydown", (event) => this.#handleKeydown(event));
    document.addEventListener("click", (event) => this.#handleClick(event));
    this.#handleHashChange();
  }

  /** Show what has changed by now. */
  async refresh() {
    await this.#updates.refresh();
  }

  #getAddress() {
    this.#asked = this.#heading?.conversation ?? "";
    return `${this.dataset.address}?open=${this.#asked}`;
  }

  /** Returns false where the list must not move now. */
  #show({ list, conversation }) {
    if (this.#list.isEditing) return false;
    this.#list.update(list);
    this.#older.watch();
    // A new conversation may have come into being meanwhile.
    if (this.#asked && this.#asked === this.#heading.conversation) dispatch("state", { conversation });
    return true;
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

  #handleClick(event) {
    const { target } = event;
    if (target.closest("[data-list]")) {
      event.preventDefault();
      this.#older.load();
    }
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
    const known = this.querySelector(`li > chat-entry[data-conversation="${conversation}"]`);
    if (known?.hasAttribute("data-pinned")) return;
    const row = known?.closest("li") ?? this.querySelector("template[data-entry]").content.cloneNode(true).firstElementChild;
    // An element that is moved loses the focus.
    if (!row.contains(document.activeElement)) this.querySelector("[data-newest]").prepend(row);
    if (known) return;
    row.querySelector("chat-entry").setConversation(conversation);
    this.#heading.setConversation(conversation);
  }
}
