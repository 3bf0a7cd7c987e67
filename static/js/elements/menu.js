/** <chat-menu>: what can be done with a conversation, opened beside its entry; one for the whole page. */

import { remove } from "../bin.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export class ChatMenu extends HTMLElement {
  connectedCallback() {
    this.entry = null;
    this.items = [...this.querySelectorAll("[role=menuitem]")];
    // A press outside closes the menu before the click that follows it is heard: remember for whom it was open.
    document.addEventListener("pointerdown", () => (this.wasOpenFor = this.isOpen ? this.entry : null), { capture: true });
    document.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.addEventListener("beforetoggle", (event) => this.tell(event.newState === "open"));
  }

  get isOpen() {
    return this.matches(":popover-open");
  }

  clicked(event) {
    const opener = event.target.closest("[data-menu]");
    if (opener && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.open(opener.closest("chat-entry"), event.detail > 0);
    }
    const item = event.target.closest("[role=menuitem]");
    if (item && this.contains(item)) this.choose(item.dataset.act);
  }

  open(entry, byPointer) {
    if (byPointer && entry === this.wasOpenFor) return;
    if (this.isOpen) this.hidePopover();
    this.entry = entry;
    this.showPopover();
    this.place(entry.opener.getBoundingClientRect());
    this.items[0].focus();
  }

  /** Below the opener, or above it where there is no room; never outside the window. */
  place(opener) {
    const { offsetWidth: width, offsetHeight: height } = this;
    const rtl = getComputedStyle(this.entry).direction === "rtl";
    const left = rtl ? opener.left : opener.right - width;
    const below = opener.bottom + height < innerHeight;
    this.style.setProperty("left", `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`);
    this.style.setProperty("top", `${below ? opener.bottom : opener.top - height}px`);
  }

  choose(act) {
    this.hidePopover();
    if (act === "rename") this.entry.edit();
    else remove(this.entry);
  }

  pressed(event) {
    const step = STEPS[event.key];
    if (event.key === "Escape" || step) event.preventDefault();
    if (event.key === "Escape" || event.key === "Tab") this.close();
    if (!step) return;
    const place = this.items.indexOf(document.activeElement) + step;
    this.items.at(place % this.items.length).focus();
  }

  /** Back to where it was opened. */
  close() {
    this.hidePopover();
    this.entry.opener.focus();
  }

  tell(isOpen) {
    this.entry.opener.setAttribute("aria-expanded", isOpen);
  }
}
