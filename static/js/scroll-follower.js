/** Keeps the end of a scrolling element in view until the reader looks elsewhere, and again once they come back. */

const NEAR_END_PX = 64;
const KEYS_THAT_SCROLL_UP = new Set(["PageUp", "Home", "ArrowUp"]);

export class ScrollFollower {
  #scroller;
  #onChange;
  #isFollowing;
  /** Where the last scrolling of our own ended. */
  #ownScrollTop = -1;

  /** `onChange(isFollowing)` is called when following begins or ends, and when the end moves away unfollowed. */
  constructor(scroller, onChange) {
    this.#scroller = scroller;
    this.#onChange = onChange;
    this.setFollowing(true);
    scroller.addEventListener("scroll", () => this.#handleScroll(), { passive: true });
    scroller.addEventListener("wheel", (event) => event.deltaY < 0 && this.setFollowing(false), { passive: true });
    scroller.addEventListener("touchmove", () => this.setFollowing(this.isNearEnd), { passive: true });
    scroller.addEventListener("keydown", ({ key }) => KEYS_THAT_SCROLL_UP.has(key) && this.setFollowing(false));
    document.addEventListener("selectionchange", () => this.#handleSelection());
  }

  get isNearEnd() {
    return this.#distanceToEnd <= NEAR_END_PX;
  }

  setFollowing(isFollowing) {
    this.#isFollowing = isFollowing;
    // While the end is followed, the browser's own scroll anchoring would move against ours.
    this.#scroller.style.setProperty("overflow-anchor", isFollowing ? "none" : "auto");
    this.#onChange(isFollowing);
  }

  /** Call this when the content has grown. */
  update() {
    if (this.#isFollowing) this.scrollToEnd();
    else this.#onChange(false);
  }

  scrollToEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#ownScrollTop = this.#scroller.scrollTop;
  }

  scrollBy(pixels) {
    this.#scroller.scrollTop += pixels;
    this.#ownScrollTop = this.#scroller.scrollTop;
  }

  /** Run `change`, which changes the content above, and keep what is in view where it is. */
  keepPosition(change) {
    const { scrollHeight, scrollTop } = this.#scroller;
    change();
    this.#scroller.scrollTop = scrollTop;
    this.scrollBy(this.#scroller.scrollHeight - scrollHeight);
  }

  get #distanceToEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  /** Scrolling of our own causes events too; every other one is the reader's. */
  #handleScroll() {
    const { scrollTop } = this.#scroller;
    if (Math.abs(scrollTop - this.#ownScrollTop) <= 2) return;
    const isDownwards = scrollTop > this.#ownScrollTop;
    this.#ownScrollTop = scrollTop;
    if (!isDownwards) this.setFollowing(this.#distanceToEnd <= 2);
    else if (this.isNearEnd) this.setFollowing(true);
  }

  #handleSelection() {
    const selection = getSelection();
    if (!selection.isCollapsed && this.#scroller.contains(selection.anchorNode)) this.setFollowing(false);
  }
}
