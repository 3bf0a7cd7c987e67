/** Follows the end of a scrolling element until the reader looks elsewhere, and again once they come back to it. */

const NEAR_PX = 64;
const KEYS_UP = new Set(["PageUp", "Home", "ArrowUp"]);

export class Follower {
  /** `onChange` hears whether the end is being followed. */
  constructor(scroller, onChange) {
    this.scroller = scroller;
    this.onChange = onChange;
    this.written = -1;
    this.follow(true);
    scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    scroller.addEventListener("wheel", (event) => event.deltaY < 0 && this.follow(false), { passive: true });
    scroller.addEventListener("touchmove", () => this.follow(this.isNear()), { passive: true });
    scroller.addEventListener("keydown", (event) => KEYS_UP.has(event.key) && this.follow(false));
    document.addEventListener("selectionchange", () => this.selected());
  }

  follow(following) {
    this.following = following;
    // The browser's own anchoring would move against ours while the end is followed.
    this.scroller.style.setProperty("overflow-anchor", following ? "none" : "auto");
    this.onChange(following);
  }

  /** Call after the content has grown. */
  grown() {
    if (this.following) this.toEnd();
    else this.onChange(false);
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.written = this.scroller.scrollTop;
  }

  /** Change what stands above without moving what is seen. */
  keeping(change) {
    const { scrollHeight, scrollTop } = this.scroller;
    change();
    this.scroller.scrollTop = scrollTop;
    this.moveBy(this.scroller.scrollHeight - scrollHeight);
  }

  moveBy(pixels) {
    this.scroller.scrollTop += pixels;
    this.written = this.scroller.scrollTop;
  }

  /** Our own writes come back as events too; every other movement is the reader's. */
  scrolled() {
    if (Math.abs(this.scroller.scrollTop - this.written) <= 2) return;
    const down = this.scroller.scrollTop > this.written;
    this.written = this.scroller.scrollTop;
    if (!down) this.follow(this.distance() <= 2);
    else if (this.isNear()) this.follow(true);
  }

  selected() {
    const selection = getSelection();
    if (!selection.isCollapsed && this.scroller.contains(selection.anchorNode)) this.follow(false);
  }

  isNear() {
    return this.distance() <= NEAR_PX;
  }

  distance() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }
}
