/** Keeps text selected, or lets a selection begin, while the elements that hold the text are replaced. */

/** For longer nothing waits for the end of a press, which may end without an event. */
const MAX_WAIT_MS = 3000;
/** `{target, at}` while the mouse is pressed. */
let press = null;

document.addEventListener("pointerdown", ({ target, pointerType }) => {
  press = pointerType === "mouse" ? { target, at: performance.now() } : null;
});
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => (press = null));

/**
 * Whether a selection may be about to begin in `element`: then leave it as it is. A browser selects nothing if what is
 * pressed is replaced before the mouse moves.
 */
export function isSelectionBeginning(element) {
  if (!press || !element.contains(press.target) || performance.now() - press.at > MAX_WAIT_MS) return false;
  return getSelection().isCollapsed;
}

/** Run `change`, which may replace what is in `element`, and select the same text again. */
export function keepSelection(element, change) {
  const selection = getSelection();
  if (selection.isCollapsed || !selection.containsNode(element, true)) {
    change();
    return;
  }
  const range = selection.getRangeAt(0).cloneRange();
  const { startContainer, startOffset, endContainer, endOffset } = range;
  const isBackward = selection.anchorNode !== startContainer || selection.anchorOffset !== startOffset;
  const place = {
    start: element.contains(startContainer) ? countBefore(element, startContainer, startOffset) : null,
    end: element.contains(endContainer) ? countBefore(element, endContainer, endOffset) : null,
    text: charactersOf(range),
  };
  change();
  const isStartKept = range.startContainer === startContainer && range.startOffset === startOffset;
  const isEndKept = range.endContainer === endContainer && range.endOffset === endOffset;
  if ((isStartKept && isEndKept) || !place.text) return;
  move(range, element, place);
  const start = [range.startContainer, range.startOffset];
  const end = [range.endContainer, range.endOffset];
  selection.setBaseAndExtent(...(isBackward ? [...end, ...start] : [...start, ...end]));
}

/** Put a range around its text again. An end outside of the element, of which the place is null, stays where it is. */
function move(range, element, { start, end, text }) {
  const isWithin = start !== null && end !== null;
  // What is before the text may have changed: a link that is defined at last loses its brackets.
  const first = isWithin ? findNearest(charactersOf(rangeOf(element)), text, start) : start;
  if (start !== null) range.setStart(...findCharacter(element, first));
  if (end === null) return;
  const [node, offset] = findCharacter(element, isWithin ? first + text.length - 1 : end - 1);
  range.setEnd(node, offset + 1);
}

function findNearest(whole, text, place) {
  const places = [whole.lastIndexOf(text, place), whole.indexOf(text, place)].filter((found) => found >= 0);
  return places.sort((one, other) => Math.abs(one - place) - Math.abs(other - place))[0] ?? place;
}

/** How many characters of an element are before a point in it. */
function countBefore(element, node, offset) {
  const range = rangeOf(element);
  range.setEnd(node, offset);
  return charactersOf(range).length;
}

function rangeOf(element) {
  const range = new Range();
  range.selectNodeContents(element);
  return range;
}

/** The text of a range without white space, of which there is sometimes more and sometimes less between blocks. */
function charactersOf(range) {
  return range.toString().replace(/\s/g, "");
}

/** The text node and the offset of the character of this number, from 0; those of the last one where there are fewer. */
function findCharacter(element, number) {
  const nodes = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let rest = number;
  let last = [element, 0];
  while (nodes.nextNode()) {
    for (const { index } of nodes.currentNode.data.matchAll(/\S/g)) {
      last = [nodes.currentNode, index];
      if (rest === 0) return last;
      rest -= 1;
    }
  }
  return last;
}
