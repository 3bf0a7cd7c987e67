/** Puts what a finished answer has around its text into the article in which it was written. */

/** Replace all but the text, so that what is selected in it stays selected. */
export function replaceAroundText(article, finished) {
  // The switch of versions stays too: it may have the focus.
  for (const line of article.querySelectorAll(".rail > :not(.versions)")) line.remove();
  article.querySelector(".rail").prepend(...finished.querySelectorAll(".rail > :not(.versions)"));
  replaceThinking(article, finished);
  const prose = article.querySelector(".prose");
  while (prose.nextElementSibling) prose.nextElementSibling.remove();
  const parts = [...finished.querySelector(".body").children];
  prose.after(...parts.slice(parts.indexOf(finished.querySelector(".prose")) + 1));
}

/** What Claude thought is rendered when the answer ends; it stays open or closed. */
function replaceThinking(article, finished) {
  if (finished.querySelector("[data-thinking]").hidden) return;
  article.querySelector("[data-thinking]").hidden = false;
  for (const part of ["[data-thinking-label]", "[data-thoughts]"]) {
    article.querySelector(part).replaceChildren(...finished.querySelector(part).childNodes);
  }
}
