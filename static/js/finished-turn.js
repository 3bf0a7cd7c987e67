/** Puts what a finished answer has around its text into the article in which it was written. */

/** Replace all but the text, so that what is selected in it stays selected. */
export function replaceAroundText(article, finished) {
  article.dataset.sentFrom = finished.dataset.sentFrom;
  // The switch of versions stays too: it may have the focus.
  for (const line of article.querySelectorAll(".rail > :not(.versions)")) line.remove();
  article.querySelector(".rail").prepend(...finished.querySelectorAll(".rail > :not(.versions)"));
  replaceThinking(article, finished);
  const prose = article.querySelector("[data-committed]").parentElement;
  for (const row of finished.querySelectorAll(".tools")) {
    const shown = prose.querySelector(`[data-tools="${row.dataset.tools}"]`);
    if (shown) replaceSteps(shown, row);
  }
  const summary = finished.querySelector("template[data-sent-summary]");
  if (summary) prose.before(summary);
  while (prose.nextElementSibling) prose.nextElementSibling.remove();
  const parts = [...finished.querySelector(".body").children];
  prose.after(...parts.slice(parts.findIndex((part) => part.matches(".prose")) + 1));
}

/** What Claude thought is rendered when the answer ends; it stays open or closed. */
function replaceThinking(article, finished) {
  if (finished.querySelector("[data-thinking]").hidden) return;
  article.querySelector("[data-thinking]").hidden = false;
  for (const part of ["[data-thinking-label]", "[data-thoughts]"]) {
    article.querySelector(part).replaceChildren(...finished.querySelector(part).childNodes);
  }
}

/** What came of each step with a tool is there now. What is open stays open, and the focus where it is. */
function replaceSteps(shown, row) {
  const find = (step, part) => row.querySelector(`[data-step="${step.dataset.step}"] > ${part}`);
  const focused = shown.contains(document.activeElement) ? document.activeElement.closest("[data-step]") : null;
  for (const step of shown.querySelectorAll("[data-step]:has(> details[open])")) find(step, "details")?.setAttribute("open", "");
  shown.replaceWith(row);
  if (focused) (find(focused, "[data-decision]") ?? find(focused, "details > summary"))?.focus({ preventScroll: true });
}
