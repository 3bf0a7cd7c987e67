/** The turn that the address names, after a search: the words that were found are marked in it and brought into view. */

const MARKS = /\p{M}+/gu;
const WORD_CHARACTER = /[\p{L}\p{N}]/u;
/** More would take long in a huge turn. */
const MAX_MARKS = 500;

/** Scroll a turn into view, and in it the first of the words in `data-hit` of the thread, which are marked. */
export function showHit(thread, turn) {
  scrollToHit(thread, turn);
  // Until a page is loaded, the browser itself scrolls to the beginning of the turn.
  if (document.readyState !== "complete") {
    window.addEventListener("load", () => requestAnimationFrame(() => scrollToHit(thread, turn)), { once: true });
  }
}

function scrollToHit(thread, turn) {
  turn.scrollIntoView({ block: "start" });
  const ranges = findWords(turn, thread.dataset.hit?.split(" ") ?? []);
  if (!ranges.length) return;
  CSS.highlights?.set("hit", new Highlight(...ranges));
  const { top, bottom } = ranges[0].getBoundingClientRect();
  const frame = thread.getBoundingClientRect();
  if (top < frame.top || bottom > frame.bottom) thread.scrollTop += top - frame.top - thread.clientHeight / 3;
}

function findWords(turn, words) {
  const ranges = [];
  const parts = turn.querySelectorAll(".prose, [data-text]");
  for (const part of parts) {
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (walker.nextNode() && ranges.length < MAX_MARKS) ranges.push(...findInNode(walker.currentNode, words));
  }
  return ranges;
}

function findInNode(node, words) {
  const { text, places } = foldWithPlaces(node.data);
  const ranges = [];
  for (const word of words) {
    for (let start = text.indexOf(word); start >= 0; start = text.indexOf(word, start + word.length)) {
      if (!isWordStart(text, start)) continue;
      const range = document.createRange();
      range.setStart(node, places[start]);
      range.setEnd(node, places[start + word.length] ?? node.length);
      ranges.push(range);
    }
  }
  return ranges;
}

/** Scripts without spaces between words have no beginnings of words. */
function isWordStart(text, start) {
  const isSpaced = text.charCodeAt(start) < 0xe00;
  return !isSpaced || start === 0 || !WORD_CHARACTER.test(text[start - 1]);
}

/** The text without case and accents, and of each of its units the place in the text. */
function foldWithPlaces(original) {
  const places = [];
  let text = "";
  let place = 0;
  for (const character of original) {
    const folded = character.normalize("NFKD").replace(MARKS, "").normalize("NFKC").toLowerCase().replace("ß", "ss");
    for (let unit = 0; unit < folded.length; unit += 1) places.push(place);
    text += folded;
    place += character.length;
  }
  return { text, places };
}
