/** What our own pages of the admin add: buttons that copy what stands beside them. */

import { copy } from "./copy.js";
import { announce } from "./words.js";

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copies).textContent);
    button.textContent = button.dataset.done;
    announce(button.dataset.done);
  });
}
