/** Buttons that copy the text of another element: a new token, links in the admin. */

import { copyToClipboard } from "./copy.js";
import { announce } from "./page-data.js";

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copies);
    try {
      await copyToClipboard(source.textContent);
    } catch {
      // The browser refused. Select the text, so that it can be copied by hand.
      getSelection().selectAllChildren(source);
      return;
    }
    button.textContent = button.dataset.done;
    announce(button.dataset.done);
  });
}
