/** Keeps an element unchanged for a short time while text in it is selected, so that the text can be copied. */

const GUARDED_MS = 3000;

export class SelectionGuard {
  #element;
  #since = 0;

  constructor(element) {
    this.#element = element;
  }

  /** Whether the element must not be changed now. */
  get isActive() {
    const selection = getSelection();
    const hasSelection = !selection.isCollapsed && selection.containsNode(this.#element, true);
    if (!hasSelection) this.#since = 0;
    else this.#since ||= performance.now();
    return hasSelection && performance.now() - this.#since < GUARDED_MS;
  }
}
