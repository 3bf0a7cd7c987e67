/** <chat-entry>: the title of a conversation, in a list or above its turns, and the button that opens its menu. */

import { addressOf, translate } from "../page-data.js";

export class ChatEntry extends HTMLElement {
  /** Also called when the entry is moved to another place. */
  connectedCallback() {
    if (this.menuButton) return;
    this.label = this.querySelector("[data-label]");
    this.menuButton = this.querySelector("[data-menu]");
    // Without scripts this is a link to a page of plain forms. With scripts it is a button that opens the menu.
    this.menuButton.setAttribute("role", "button");
    this.menuButton.setAttribute("aria-haspopup", "menu");
    this.menuButton.setAttribute("aria-expanded", "false");
    this.menuButton.addEventListener("keydown", (event) => this.#handleKeydown(event));
    if (this.conversation) this.setConversation(this.conversation);
  }

  /** The id of the conversation; empty until a new one exists. */
  get conversation() {
    return this.dataset.conversation ?? "";
  }

  setConversation(conversation) {
    this.dataset.conversation = conversation;
    if (this.label instanceof HTMLAnchorElement) this.label.href = addressOf("conversation", conversation);
    this.menuButton.href = addressOf("edit", conversation);
    this.menuButton.hidden = false;
    this.#updateMenuLabel();
  }

  get conversationTitle() {
    return this.label.textContent.trim();
  }

  set conversationTitle(title) {
    this.label.textContent = title;
    this.label.title = title;
    this.#updateMenuLabel();
  }

  #updateMenuLabel() {
    this.menuButton.setAttribute("aria-label", translate("options", this.conversationTitle));
  }

  /** Links are followed with Enter only; buttons take Space as well. */
  #handleKeydown(event) {
    if (event.key !== " ") return;
    event.preventDefault();
    this.menuButton.click();
  }
}

/** Show the new title of a conversation everywhere in the page. */
export function showTitle(conversation, title) {
  for (const entry of document.querySelectorAll(`chat-entry[data-conversation="${conversation}"]`)) {
    entry.conversationTitle = title;
  }
  if (location.pathname === addressOf("conversation", conversation)) document.title = title;
}
