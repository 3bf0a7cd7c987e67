/** Puts the starter prompt that is clicked into the composer. Without scripts, it is a link to a page that has it there. */

import { dispatch } from "./events.js";

export function listenForStarters() {
  document.addEventListener("click", (event) => {
    const starter = event.target.closest("[data-starter]");
    if (!starter || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    dispatch("insert", { text: `${starter.textContent}\n` });
  });
}
