/** Knows where the mouse is pressed. A browser selects nothing if what is pressed is replaced before the mouse moves. */

/** For longer nothing waits: a press may end without an event. */
const MAX_WAIT_MS = 3000;
/** `{target, at}` while the mouse is pressed. */
let press = null;

document.addEventListener("pointerdown", ({ target, pointerType }) => {
  press = pointerType === "mouse" ? { target, at: performance.now() } : null;
});
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => (press = null));

/** Whether a selection may be about to begin in `element`: then leave it as it is. */
export function isSelectionBeginning(element) {
  if (!press || !element.contains(press.target) || performance.now() - press.at > MAX_WAIT_MS) return false;
  return getSelection().isCollapsed;
}
