/** Keys in fields in which questions are written. */

/** Safari ends a composition before the key event that ended it, which then has this code. */
const COMPOSITION_KEY_CODE = 229;

/** Whether the key belongs to an input method, as for Chinese or Japanese. */
export function isComposing(event) {
  return event.isComposing || event.keyCode === COMPOSITION_KEY_CODE;
}

/** Whether the key is an Escape that nothing else has used. */
export function isEscape(event) {
  return event.key === "Escape" && !event.defaultPrevented && !isComposing(event);
}

/** Whether the key sends the form: Enter, but on a touch screen, or if the person wants that, only with Ctrl or Command. */
export function isSendKey(event) {
  if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return false;
  const isTouchScreen = matchMedia("(pointer: coarse) and (hover: none)").matches;
  const addsLine = isTouchScreen || document.documentElement.hasAttribute("data-enter-adds-line");
  return !addsLine || event.ctrlKey || event.metaKey;
}
