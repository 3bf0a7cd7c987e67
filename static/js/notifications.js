/** Notifies the person, if they have allowed it, when an answer ends while its page is hidden. */

import { listen } from "./events.js";
import { translate } from "./translations.js";

export function notifyOfEnds() {
  listen("idle", () => document.visibilityState === "hidden" && notify());
}

/** The system shows it, so it holds the title alone. */
function notify() {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const { conversation, conversationTitle } = document.querySelector("chat-entry.heading");
  try {
    const options = { body: translate("answer-ended"), tag: conversation };
    const notification = new Notification(conversationTitle, options);
    notification.addEventListener("click", () => window.focus());
  } catch {
    // Browsers on phones notify through a service worker only.
  }
}
