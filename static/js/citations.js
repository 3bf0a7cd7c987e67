/** The window in which a mark in an answer shows the source that it cites. Without it a mark leads to the source. */

import { translate } from "./page-data.js";

/** Show sources in this popover. They come when an answer ends; until then a mark says so. */
export function showCitationsIn(popover) {
  if (!popover) return;
  document.addEventListener("click", (event) => {
    const mark = event.target.closest(".cite a");
    if (!mark || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const source = document.getElementById(mark.hash.slice(1));
    const parts = source ? [...source.children].map((part) => part.cloneNode(true)) : [translate("sources-later")];
    show(popover, mark, parts);
  });
}

function show(popover, mark, parts) {
  if (popover.matches(":popover-open")) popover.hidePopover();
  popover.replaceChildren(...parts);
  popover.showPopover({ source: mark });
  popover.focus();
}
