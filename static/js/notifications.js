/** Notifies the person, if they have allowed it, when an answer ends or waits for them while its page is hidden. */

import { listen } from "./events.js";
import { translate } from "./page-data.js";

export function notifyOfEnds() {
  listen("idle", ({ state }) => document.visibilityState === "hidden" && notify(state === "waiting" ? "waits" : "answer-ended"));
}

/** The system shows it, so it holds the title alone. */
function notify(sentence) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const { conversation, conversationTitle } = document.querySelector("chat-entry.heading");
  try {
    const options = { body: translate(sentence), tag: conversation };
    const notification = new Notification(conversationTitle, options);
    notification.addEventListener("click", () => window.focus());
  } catch {
    // Browsers on phones notify through a service worker only.
  }
}
