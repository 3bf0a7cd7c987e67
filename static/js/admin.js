/** What our own pages of the admin add: buttons that copy what stands beside them. */

import { copy } from "./copy.js";
import { announce } from "./words.js";

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copies);
    try {
      await copy(source.textContent);
    } catch {
      // To be copied by hand.
      getSelection().selectAllChildren(source);
      return;
    }
    button.textContent = button.dataset.done;
    announce(button.dataset.done);
  });
}
