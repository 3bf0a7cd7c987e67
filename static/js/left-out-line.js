/** The line above the oldest turn that was sent to Claude with the last question. */

/** Put the line where it belongs for the last of the turns in `list`; nowhere if all turns were sent. */
export function placeLeftOutLine(list) {
  for (const line of list.querySelectorAll(".left-out")) line.remove();
  const oldest = list.lastElementChild?.dataset.sentFrom;
  const article = oldest && list.querySelector(`[data-turn="${oldest}"]`);
  if (article) article.prepend(document.querySelector("template[data-left-out]").content.cloneNode(true));
}
