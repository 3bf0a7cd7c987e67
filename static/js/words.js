/** Sentences that scripts show, translated by the server: see conversations/_words.html. */

export function word(name, value = "") {
  return (document.getElementById("words")?.getAttribute(`data-${name}`) ?? "").replace("%s", () => value);
}

/** Tell a screen reader, politely. */
export function announce(sentence) {
  const status = document.querySelector("[data-status]");
  if (status) status.textContent = sentence;
}
