/** <chat-sidebar>: the list of conversations; on narrow screens a drawer, opened by its address `#sidebar`. */

import { retitle } from "./entry.js";

export class ChatSidebar extends HTMLElement {
  connectedCallback() {
    document.addEventListener("chat:asked", (event) => this.show(event.detail.conversation));
    document.addEventListener("chat:title", (event) => this.name(event.detail.title));
    window.addEventListener("hashchange", () => this.changed());
    document.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("click", (event) => this.clicked(event));
    this.changed();
  }

  get isOpen() {
    return this.matches(":target") && getComputedStyle(this).position === "fixed";
  }

  /** What stands above the turns, where there are turns. */
  get heading() {
    return document.querySelector("chat-entry.heading");
  }

  /** While the drawer is open, what lies behind it cannot be reached. */
  changed() {
    document.querySelector(".column").inert = this.isOpen;
    if (this.isOpen) this.focus();
  }

  pressed(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !this.isOpen) return;
    event.preventDefault();
    this.close();
  }

  clicked(event) {
    // The offer to undo a deletion stands above the page; a press there does not leave the drawer.
    const isElsewhere = event.target.isConnected && !this.contains(event.target) && !event.target.closest("chat-toast");
    if (this.isOpen && isElsewhere) this.close();
  }

  close() {
    location.replace("#content");
    document.querySelector(".menu-button").focus();
  }

  /** The conversation that was asked in, at the top; what has the focus stays where it is. */
  show(conversation) {
    const known = this.querySelector(`chat-entry[data-conversation="${conversation}"]`)?.closest("li");
    const row = known ?? this.querySelector("template[data-entry]").content.cloneNode(true).firstElementChild;
    if (!row.contains(document.activeElement)) this.querySelector("[data-newest]").prepend(row);
    if (known) return;
    row.querySelector("chat-entry").adopt(conversation);
    this.heading.adopt(conversation);
  }

  name(title) {
    const { conversation } = this.heading;
    if (conversation) retitle(conversation, title);
  }
}
