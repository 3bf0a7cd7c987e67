/**
 * <chat-entry>: the title of a conversation, in a list or above its turns, the button that opens its menu, and the form
 * that takes the place of the title while it is renamed.
 */

import { isComposing, isEscape } from "../keys.js";
import { addressOf, translate } from "../page-data.js";
import { errorMessage, send } from "../requests.js";

export class ChatEntry extends HTMLElement {
  /** Also called when the entry is moved to another place. */
  connectedCallback() {
    if (this.menuButton) return;
    this.label = this.querySelector("[data-label]");
    this.menuButton = this.querySelector("[data-menu]");
    // Without scripts this is a link to a page of plain forms. With scripts it is a button that opens the menu.
    this.menuButton.setAttribute("role", "button");
    this.menuButton.ariaHasPopup = "menu";
    this.menuButton.ariaExpanded = "false";
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
    this.menuButton.ariaLabel = translate("options", this.conversationTitle);
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

/** Show the form that renames the conversation of an entry. When a key ends it, the menu button gets the focus back. */
export function rename(entry) {
  entry.toggleAttribute("data-editing", true);
  new RenameForm(entry, (title, byKey) => {
    entry.toggleAttribute("data-editing", false);
    if (title !== null) showTitle(entry.conversation, title);
    if (byKey) entry.menuButton.focus();
  });
}

/** Enter saves, Escape cancels, and leaving the field saves. A title that is refused stays, with the sentence. */
class RenameForm {
  #entry;
  #onDone;
  #form;
  #field;
  #titleBefore;
  #isSaving = false;
  #isDone = false;

  /** `onDone(title, byKey)` is called once: with the new title, or null; `byKey`: whether a key ended it. */
  constructor(entry, onDone) {
    this.#entry = entry;
    this.#onDone = onDone;
    this.#form = document.querySelector("template[data-rename-form]").content.cloneNode(true).firstElementChild;
    this.#field = this.#form.elements.title;
    this.#titleBefore = entry.conversationTitle;
    this.#field.value = this.#titleBefore;
    this.#form.addEventListener("submit", (event) => this.#handleSubmit(event));
    this.#form.addEventListener("keydown", (event) => this.#handleKeydown(event));
    this.#form.addEventListener("focusout", () => this.#handleFocusOut());
    entry.append(this.#form);
    this.#field.select();
    this.#field.focus();
  }

  get #title() {
    return this.#field.value.trim().replace(/\s+/g, " ");
  }

  #handleSubmit(event) {
    event.preventDefault();
    this.#save({ byKey: true });
  }

  #handleKeydown(event) {
    if (event.key === "Enter" && isComposing(event)) event.preventDefault();
    if (!isEscape(event)) return;
    event.preventDefault();
    this.#finish(null, true);
  }

  #handleFocusOut() {
    if (this.#title) this.#save({ byKey: false });
    else this.#finish(null, false);
  }

  async #save({ byKey }) {
    if (this.#isDone || this.#isSaving) return;
    const title = this.#title;
    // Compared with the title at the beginning: another one may have arrived since.
    if (title === this.#titleBefore) {
      this.#finish(null, byKey);
      return;
    }
    this.#isSaving = true;
    try {
      await send("POST", addressOf("rename", this.#entry.conversation), { form: this.#form });
      this.#finish(title, byKey && this.#form.contains(document.activeElement));
    } catch (error) {
      this.#field.setAttribute("aria-invalid", "true");
      this.#form.querySelector("[data-problem]").textContent = errorMessage(error);
    } finally {
      this.#isSaving = false;
    }
  }

  #finish(title, byKey) {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#onDone(title, byKey);
    this.#form.remove();
  }
}
