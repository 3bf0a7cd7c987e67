/** The turns in the page: new ones at the end, older ones above, errors in them; and those that are fetched for it. */

import { parseHTML, setHTML } from "./html.js";
import { ResponseError, send } from "./requests.js";

/** Room left free below a new answer, which shows that it is the last turn. */
const ROOM_BELOW_PX = 120;

export class Turns {
  #thread;
  #list;
  #older;

  /** `thread` is the element that scrolls the turns. */
  constructor(thread, follower) {
    this.#thread = thread;
    this.follower = follower;
    this.#list = thread.querySelector("[data-turns]");
    this.#older = thread.querySelector("[data-older]");
  }

  get last() {
    return this.#list.lastElementChild;
  }

  /** The answer that is being written, or null. */
  get writing() {
    return this.#list.querySelector("[data-state=writing]");
  }

  get isEditing() {
    return this.#list.querySelector("[data-ask=edit]") !== null;
  }

  /** Add new turns, in the place of the article `replaced` and all that follow it. Returns the last new turn. */
  add(html, replaced) {
    this.#thread.querySelector("[data-empty]")?.remove();
    // A class, because `:has()` would have the browser look at the style of all turns whenever one grows.
    this.#thread.parentElement.classList.remove("without-turns");
    while (replaced?.nextElementSibling) replaced.nextElementSibling.remove();
    replaced?.remove();
    this.#append(parseHTML(html));
    return this.last;
  }

  /** Make a new answer so high that its question is near the top and nothing moves while the answer grows. */
  reserveRoom(article) {
    for (const turn of this.#list.children) turn.style.removeProperty("min-block-size");
    const { clientHeight } = this.#thread;
    const questionHeight = article.previousElementSibling?.offsetHeight ?? 0;
    const room = clientHeight - Math.min(questionHeight, clientHeight / 2) - ROOM_BELOW_PX;
    article.style.setProperty("min-block-size", `${Math.max(room, 0)}px`);
  }

  focus(article) {
    article.tabIndex = -1;
    article.focus({ preventScroll: true });
  }

  scrollToNewest() {
    this.follower.setFollowing(true);
    this.follower.scrollToEnd();
  }

  /** Add the page of older turns that a link leads to. Throws as `send` does. */
  async showOlder(link) {
    const page = await fetchPage(link.href);
    const first = this.#list.firstElementChild;
    // The styles of steps, which the page may lack.
    for (const link of page.querySelectorAll("link")) {
      link.remove();
      if (!document.querySelector(`head [href="${link.getAttribute("href")}"]`)) document.head.append(link);
    }
    this.follower.keepPosition(() => {
      setHTML(this.#older, "");
      const older = page.querySelector(".older");
      if (older) this.#older.append(older);
      this.#list.prepend(page);
    });
    // The link that had the focus is gone. Reading continues where it was.
    if (document.activeElement === document.body) this.focus(first);
  }

  /** Show turns below the last one of them that the page has too. Returns whether there is one. */
  update(turns) {
    const known = turns.map(({ dataset }) => this.#list.querySelector(`[data-turn="${dataset.turn}"]`));
    const index = known.findLastIndex((turn) => turn);
    if (index < 0) return false;
    while (known[index].nextElementSibling) known[index].nextElementSibling.remove();
    // It has waited for a decision, or has ended.
    if (known[index].dataset.state !== turns[index].dataset.state) known[index].replaceWith(turns[index]);
    this.#append(...turns.slice(index + 1));
    this.follower.update();
    return true;
  }

  /** Put turns in the place of an article and all that follow it, without moving what is in view. */
  replaceFrom(article, turns) {
    const { top } = article.getBoundingClientRect();
    this.follower.setFollowing(false);
    while (article.nextElementSibling) article.nextElementSibling.remove();
    article.replaceWith(...turns);
    placeLeftOutLine(this.#list);
    const moved = turns[0].getBoundingClientRect().top - top;
    // The new branch may be shorter than the screen.
    if (moved > 0) this.last.style.setProperty("min-block-size", `${this.last.offsetHeight + moved}px`);
    this.follower.scrollBy(moved);
  }

  /** Say once in a turn why what was asked for there did not happen. */
  showError(article, sentence) {
    article.querySelector("[data-refused]")?.remove();
    const note = document.createElement("p");
    note.className = "note danger";
    note.dataset.refused = "";
    note.setAttribute("role", "alert");
    article.querySelector(".body").append(note);
    note.textContent = sentence;
  }

  /** Add turns at the end. What only the last turn has, and what did not work before them, goes. */
  #append(...turns) {
    for (const part of this.#list.querySelectorAll("[data-last-only], [data-refused]")) part.remove();
    this.#list.append(...turns);
    placeLeftOutLine(this.#list);
  }
}

/** The articles of the turns at an address. Throws as `send` does. */
export async function fetchTurns(address) {
  return [...(await fetchPage(address)).querySelectorAll("article")];
}

/**
 * The articles of the turns from the turn `id` on, from the page at an address and the older ones to which it leads.
 * Throws as `send` does, and ResponseError when the turn is not among them.
 */
export async function fetchTurnsFrom(id, address) {
  const turns = [];
  for (let next = address; next; ) {
    const page = await fetchPage(next);
    turns.unshift(...page.querySelectorAll("article"));
    const index = turns.findIndex((turn) => turn.dataset.turn === id);
    if (index >= 0) return turns.slice(index);
    next = page.querySelector(".older a")?.href;
  }
  throw new ResponseError(404, "");
}

/** The page of turns at an address: the articles and the link to older ones, as a fragment. Throws as `send` does. */
async function fetchPage(address) {
  const response = await send("GET", address);
  return parseHTML(await response.text());
}

/**
 * Put what stands above the oldest turn that was sent to Claude as it is, a summary of those above it or a line, where it
 * belongs for the last of the turns in `list`; nowhere if all turns were sent.
 * A summary that is there already stays, as open as it is.
 */
export function placeLeftOutLine(list) {
  for (const line of list.querySelectorAll(".left-out")) line.remove();
  const oldest = list.lastElementChild?.dataset.sentFrom;
  const article = oldest && list.querySelector(`[data-turn="${oldest}"]`);
  if (!article || hasSummaryFrom(list, article)) return;
  const summary = list.lastElementChild.querySelector("template[data-sent-summary]");
  article.prepend((summary ?? document.querySelector("template[data-left-out]")).content.cloneNode(true));
}

/** Whether a summary is shown above this turn or a later one. */
function hasSummaryFrom(list, article) {
  const newest = [...list.querySelectorAll("details.summary")].at(-1);
  return Boolean(newest && article.compareDocumentPosition(newest) & Node.DOCUMENT_POSITION_FOLLOWING);
}
