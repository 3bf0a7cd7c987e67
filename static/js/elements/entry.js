/** <chat-entry>: a conversation's title where it stands, in a list or above its turns, and the way to its menu. */

import { addressOf } from "../addresses.js";
import { Rename } from "../rename.js";
import { word } from "../words.js";

export class ChatEntry extends HTMLElement {
  /** Also called when the entry is moved to another place. */
  connectedCallback() {
    if (this.opener) return;
    this.label = this.querySelector("[data-label]");
    this.opener = this.querySelector("[data-menu]");
    // With a script the link to the page of plain forms is a button that opens the same in place.
    this.opener.setAttribute("role", "button");
    this.opener.setAttribute("aria-haspopup", "menu");
    this.opener.setAttribute("aria-expanded", "false");
    this.opener.addEventListener("keydown", (event) => this.pressed(event));
    if (this.conversation) this.adopt(this.conversation);
  }

  get conversation() {
    return this.dataset.conversation ?? "";
  }

  /** Stand for this conversation from now on. */
  adopt(conversation) {
    this.dataset.conversation = conversation;
    if (this.label instanceof HTMLAnchorElement) this.label.href = addressOf("conversation", conversation);
    this.opener.href = addressOf("edit", conversation);
    this.opener.hidden = false;
    this.name();
  }

  get caption() {
    return this.label.textContent.trim();
  }

  set caption(title) {
    this.label.textContent = title;
    this.name();
  }

  /** The menu is called after its conversation. */
  name() {
    this.opener.setAttribute("aria-label", word("options", this.caption));
  }

  /** A link is followed with Enter only; a button takes Space as well. */
  pressed(event) {
    if (event.key !== " ") return;
    event.preventDefault();
    this.opener.click();
  }

  /** Rename in place. Who ends it with a key goes on where the menu was opened. */
  edit() {
    this.toggleAttribute("data-editing", true);
    new Rename(this, (title, byKey) => {
      this.toggleAttribute("data-editing", false);
      if (title !== null) retitle(this.conversation, title);
      if (byKey) this.opener.focus();
    });
  }
}

/** Show the new title of a conversation wherever it stands in the page. */
export function retitle(conversation, title) {
  for (const entry of document.querySelectorAll(`chat-entry[data-conversation="${conversation}"]`)) entry.caption = title;
  if (location.pathname === addressOf("conversation", conversation)) document.title = title;
}
