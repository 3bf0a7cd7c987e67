/** <chat-state>: shows what has become of the open conversation in another tab or on another device. */

import { listen } from "../events.js";
import { addressOf, announce } from "../page-data.js";
import { attempt, send } from "../requests.js";
import { showTitle } from "./chat-entry.js";

export class ChatState extends HTMLElement {
  #notice;

  connectedCallback() {
    this.#notice = this.querySelector("[data-deleted-notice]");
    listen("state", ({ conversation }) => this.#show(conversation));
    // Once the refused request is over: while it asks, the thread adds nothing.
    listen("refused", ({ code }) => code === "stale" && setTimeout(() => this.#thread.update()));
    this.addEventListener("submit", (event) => this.#restore(event));
  }

  get #heading() {
    return document.querySelector("chat-entry.heading");
  }

  get #thread() {
    return document.querySelector("chat-thread");
  }

  #show(conversation) {
    if (!conversation && this.#notice.hidden) announce(this.#notice.querySelector("p").textContent);
    this.#notice.hidden = conversation !== null;
    if (conversation && conversation.id !== this.#heading.conversation) return;
    for (const flag of ["pinned", "archived", "summarizable"]) {
      // During an upgrade, a process of the version before does not send every flag. What was deleted has none.
      this.#heading.toggleAttribute(`data-${flag}`, Boolean(conversation?.[flag]));
    }
    if (!conversation) return;
    if (conversation.title !== this.#heading.conversationTitle) showTitle(conversation.id, conversation.title);
    if (!this.#thread.endsWith(conversation)) this.#thread.update();
  }

  async #restore(event) {
    event.preventDefault();
    await attempt(() => send("POST", addressOf("restore", this.#heading.conversation)));
    document.querySelector("chat-sidebar").refresh();
  }
}
