/** The turns in the page: new ones at the end, older ones above, and what is said about one of them. */

import { Refusal, send } from "./net.js";
import { fill, nodes } from "./safe.js";

/** Room that stays free below a new answer, so that it is seen to be the last. */
const ROOM_BELOW = 120;

export class Turns {
  /** `thread` scrolls them, `follower` follows their end. */
  constructor(thread, follower) {
    this.thread = thread;
    this.follower = follower;
    this.list = thread.querySelector("[data-turns]");
    this.older = thread.querySelector("[data-older]");
  }

  get last() {
    return this.list.lastElementChild;
  }

  get writing() {
    return this.list.querySelector("[data-state=writing]");
  }

  /**
   * Show new turns, in the place of a tried answer and all that followed it; returns the last of them.
   * Only the newest answer can be continued.
   */
  add(html, replaced) {
    this.thread.querySelector("[data-empty]")?.remove();
    while (replaced?.nextElementSibling) replaced.nextElementSibling.remove();
    replaced?.remove();
    for (const form of this.list.querySelectorAll("[data-ask=continue]")) form.remove();
    this.list.append(nodes(html));
    return this.last;
  }

  /** Room for an answer, so that its question stands near the top and nothing moves while it is filled. */
  reserve(article) {
    for (const other of this.list.children) other.style.removeProperty("min-block-size");
    const { clientHeight } = this.thread;
    const question = article.previousElementSibling?.offsetHeight ?? 0;
    const room = clientHeight - Math.min(question, clientHeight / 2) - ROOM_BELOW;
    article.style.setProperty("min-block-size", `${Math.max(room, 0)}px`);
  }

  focus(article) {
    article.tabIndex = -1;
    article.focus({ preventScroll: true });
  }

  toNewest() {
    this.follower.follow(true);
    this.follower.toEnd();
  }

  async showOlder(link) {
    const page = await turnsAt(link.href);
    const first = this.list.firstElementChild;
    this.follower.keeping(() => {
      fill(this.older, "");
      const older = page.querySelector(".older");
      if (older) this.older.append(older);
      this.list.prepend(page);
    });
    // The link has gone; reading goes on where it was.
    if (document.activeElement === document.body) this.focus(first);
  }

  /** The turns of the branch that the server shows at an address, from one of them on. */
  async from(id, address) {
    const found = [];
    for (let next = address; next; ) {
      const page = await turnsAt(next);
      found.unshift(...page.querySelectorAll("article"));
      const place = found.findIndex((turn) => turn.dataset.turn === id);
      if (place >= 0) return found.slice(place);
      next = page.querySelector(".older a")?.href;
    }
    throw new Refusal(404, "");
  }

  /** Put turns in the place of one and all that follow it, without moving what is seen. */
  replace(article, fresh) {
    const { top } = article.getBoundingClientRect();
    this.follower.follow(false);
    while (article.nextElementSibling) article.nextElementSibling.remove();
    article.replaceWith(...fresh);
    const moved = fresh[0].getBoundingClientRect().top - top;
    // The new branch may be shorter than the screen.
    if (moved > 0) this.last.style.setProperty("min-block-size", `${this.last.offsetHeight + moved}px`);
    this.follower.moveBy(moved);
  }

  complain(article, sentence) {
    const note = document.createElement("p");
    note.className = "note danger";
    note.setAttribute("role", "alert");
    article.querySelector(".body").append(note);
    note.textContent = sentence;
  }
}

async function turnsAt(address) {
  return nodes(await (await send("GET", address)).text());
}
