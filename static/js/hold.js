/** A part of the page with selected text in it is left alone for a while, so that it can be copied. */

const HELD_MS = 3000;

export class Hold {
  constructor(part) {
    this.part = part;
    this.since = 0;
  }

  get isOn() {
    const selection = getSelection();
    const selected = !selection.isCollapsed && selection.containsNode(this.part, true);
    if (!selected) this.since = 0;
    else this.since ||= performance.now();
    return selected && performance.now() - this.since < HELD_MS;
  }
}
