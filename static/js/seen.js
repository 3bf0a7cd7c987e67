/** What happens when an answer ends: a visible page tells the server that it was seen, a hidden one notifies the person. */

import { addressOf } from "./addresses.js";
import { listen } from "./events.js";
import { errorMessage, send } from "./requests.js";
import { translate } from "./translations.js";

export function watchEnds() {
  listen("idle", () => {
    const { conversation, conversationTitle } = document.querySelector("chat-entry.heading");
    if (document.visibilityState === "visible") {
      markRead(conversation);
      return;
    }
    notify(conversation, conversationTitle);
    document.addEventListener("visibilitychange", () => markRead(conversation), { once: true });
  });
}

async function markRead(conversation) {
  try {
    await send("POST", addressOf("read", conversation));
  } catch (error) {
    errorMessage(error); // throws what is a fault of the scripts; the rest is tried again with the next answer
  }
}

/** Shown by the system, so it holds the title alone. */
function notify(conversation, title) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  try {
    const notification = new Notification(title, { body: translate("answer-ended"), tag: conversation });
    notification.addEventListener("click", () => window.focus());
  } catch {
    // Browsers on phones notify through a service worker only.
  }
}
