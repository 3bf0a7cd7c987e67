/** <notify-button>: asks the browser for the permission to notify the person of an answer that ended unseen. */

import { listen } from "../events.js";
import { translate } from "../page-data.js";

export class NotifyButton extends HTMLElement {
  connectedCallback() {
    this.#update();
    this.addEventListener("click", () => this.#ask());
  }

  async #ask() {
    const permission = await Notification.requestPermission();
    document.querySelector("chat-toast").show(translate(`notify-${permission}`));
    this.#update();
  }

  /** There is nothing to ask for where the person has decided, or the browser cannot notify. */
  #update() {
    this.hidden = window.Notification?.permission !== "default";
  }
}

/** Notify the person, if they have allowed it, when an answer ends or waits for them while its page is hidden. */
export function notifyOfEnds() {
  listen("idle", ({ state }) => document.visibilityState === "hidden" && notify(state === "waiting" ? "waits" : "answer-ended"));
}

/** The system shows it, so it holds the title alone. */
function notify(sentence) {
  if (window.Notification?.permission !== "granted") return;
  const { conversation, conversationTitle } = document.querySelector("chat-entry.heading");
  try {
    const options = { body: translate(sentence), tag: conversation };
    const notification = new Notification(conversationTitle, options);
    notification.addEventListener("click", () => window.focus());
  } catch {
    // Browsers on phones notify through a service worker only.
  }
}
