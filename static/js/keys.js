/** Keys in fields that questions are written in. */

const KEY_OF_COMPOSITION = 229; // Safari ends a composition before the key event that ended it

export function isComposing(event) {
  return event.isComposing || event.keyCode === KEY_OF_COMPOSITION;
}

/** Enter sends where there is a keyboard with keys; on a touch screen the button does. */
export function sends(event) {
  if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return false;
  const touch = matchMedia("(pointer: coarse) and (hover: none)").matches;
  return !touch || event.ctrlKey || event.metaKey;
}
