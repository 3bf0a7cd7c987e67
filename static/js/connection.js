/** Says when the browser is offline. What was lost goes on by itself: see frames.js and chat-composer.js. */

import { announce } from "./page-data.js";

export function watchConnection() {
  const notice = document.querySelector("[data-connection]");
  if (!notice) return;
  const update = () => {
    notice.hidden = navigator.onLine;
    if (!navigator.onLine) announce(notice.textContent);
  };
  window.addEventListener("offline", update);
  window.addEventListener("online", update);
  update();
}
