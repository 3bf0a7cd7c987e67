/** The window in which a mark in an answer shows the source that it cites. Without it a mark leads to the source. */

/** Show sources in this popover. The list of sources comes when an answer ends; until then a mark leads nowhere. */
export function showCitationsIn(popover) {
  if (!popover) return;
  document.addEventListener("click", (event) => {
    const mark = event.target.closest(".cite a");
    if (!mark || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const source = document.getElementById(mark.hash.slice(1));
    if (source) show(popover, mark, source);
  });
}

function show(popover, mark, source) {
  if (popover.matches(":popover-open")) popover.hidePopover();
  popover.replaceChildren(...[...source.children].map((child) => child.cloneNode(true)));
  popover.showPopover({ source: mark });
  popover.focus();
}
