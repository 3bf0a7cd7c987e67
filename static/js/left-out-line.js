/** What stands above the oldest turn that was sent to Claude as it is: a summary of those above it, or a line. */

/**
 * Put the summary or the line where it belongs for the last of the turns in `list`; nowhere if all turns were sent.
 * A summary that is there already stays, as open as it is.
 */
export function placeLeftOutLine(list) {
  for (const line of list.querySelectorAll(".left-out")) line.remove();
  const oldest = list.lastElementChild?.dataset.sentFrom;
  const article = oldest && list.querySelector(`[data-turn="${oldest}"]`);
  if (!article || hasSummaryFrom(list, article)) return;
  const summary = list.lastElementChild.querySelector("template[data-sent-summary]");
  article.prepend((summary ?? document.querySelector("template[data-left-out]")).content.cloneNode(true));
}

/** Whether a summary is shown above this turn or a later one. */
function hasSummaryFrom(list, article) {
  const newest = [...list.querySelectorAll("details.summary")].at(-1);
  return Boolean(newest && article.compareDocumentPosition(newest) & Node.DOCUMENT_POSITION_FOLLOWING);
}
