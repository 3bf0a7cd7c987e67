/**
 * The list of conversations in the sidebar, as the server renders it: shows what has changed, and adds older pages when
 * the link to them comes into sight, or is clicked.
 */

import { parseHTML } from "./html.js";
import { attempt, send } from "./requests.js";

export class SidebarList {
  #root;

  /** `root`: the element that holds the groups and the link to older conversations. */
  constructor(root) {
    this.#root = root;
  }

  /** Whether a title in the list is being renamed: the list must not move then. */
  get isEditing() {
    return this.#root.querySelector("[data-editing]") !== null;
  }

  get olderLink() {
    return this.#root.querySelector("[data-list]");
  }

  /** Show the list as it is now. Rows that stay keep their elements; rows of older pages stay below the first page. */
  update(html) {
    const focused = document.activeElement;
    const page = parseHTML(html);
    const oldest = Number(rowsOf(page).at(-1)?.dataset.updated);
    const fetched = new Set(rowsOf(page).map(idOf));
    const isFurtherDown = (row) => !fetched.has(idOf(row)) && Number(row.dataset.updated) < oldest;
    const furtherDown = page.querySelector("[data-list]") ? rowsOf(this.#root).filter(isFurtherDown) : [];
    const link = furtherDown.length ? this.olderLink?.parentElement : page.querySelector("[data-list]")?.parentElement;
    this.#keepElements(page);
    for (const row of furtherDown) listFor(page, row).append(row);
    page.querySelector("[data-list]")?.parentElement.remove();
    this.#root.replaceChildren(...page.querySelectorAll("[data-group]"), ...(link ? [link] : []));
    // An element that is moved loses the focus.
    if (focused !== document.activeElement) focused.focus({ preventScroll: true });
  }

  /** Add the next page, in the place of the link that led to it. */
  addOlder(html) {
    const page = parseHTML(html);
    const known = new Set(rowsOf(this.#root).map(idOf));
    const added = rowsOf(page).filter((row) => !known.has(idOf(row)));
    const hadFocus = document.activeElement === this.olderLink;
    const link = page.querySelector("[data-list]")?.parentElement;
    this.olderLink.parentElement.remove();
    for (const row of added) listFor(this.#root, row).append(row);
    if (link) this.#root.append(link);
    if (hadFocus) added[0]?.querySelector("[data-label]").focus({ preventScroll: true });
  }

  /** Put the elements that the list has in the place of those of the same conversations in `page`. */
  #keepElements(page) {
    const known = new Map(rowsOf(this.#root).map((row) => [idOf(row), row]));
    for (const row of rowsOf(page)) {
      const kept = known.get(idOf(row));
      if (kept) {
        copyState(row, kept);
        row.replaceWith(kept);
      } else if (row.querySelector("[data-label]").pathname === location.pathname) {
        row.querySelector("[data-label]").setAttribute("aria-current", "page");
      }
    }
  }
}

export class OlderConversations {
  #list;
  #observer;

  /** `list`: the SidebarList. */
  constructor(list) {
    this.#list = list;
    const load = (entries) => entries.some(({ isIntersecting }) => isIntersecting) && this.load();
    this.#observer = new IntersectionObserver(load, { rootMargin: "200px" });
    this.watch();
  }

  /** Watch the link that the list has now. */
  watch() {
    this.#observer.disconnect();
    if (this.#list.olderLink) this.#observer.observe(this.#list.olderLink);
  }

  async load() {
    this.#observer.disconnect();
    const link = this.#list.olderLink;
    await attempt(async () => {
      const { list } = await (await send("GET", link.dataset.list)).json();
      // The list may have been replaced meanwhile, and this page belongs to the old one.
      if (link === this.#list.olderLink) this.#list.addOlder(list);
      this.watch();
    });
  }
}

function rowsOf(root) {
  return [...root.querySelectorAll("li:has(> chat-entry)")];
}

function idOf(row) {
  return row.querySelector("chat-entry").dataset.conversation;
}

/** The list for a row: that of the group with the heading of its own, which is added where there is none. */
function listFor(root, row) {
  const group = row.closest("[data-group]");
  const groups = [...root.querySelectorAll("[data-group]")];
  const same = groups.find(({ dataset }) => dataset.group === group.dataset.group);
  if (same) return same.querySelector("ul");
  const added = group.cloneNode(true);
  added.querySelector("ul").replaceChildren();
  root.append(added);
  return added.querySelector("ul");
}

/** Make a row say what another one of the same conversation says. */
function copyState(from, to) {
  to.dataset.updated = from.dataset.updated;
  const [source, entry] = [from, to].map((row) => row.querySelector("chat-entry"));
  const title = source.querySelector("[data-label]").textContent;
  if (entry.conversationTitle !== title.trim()) entry.conversationTitle = title;
  for (const name of ["data-pinned", "data-archived"]) {
    entry.toggleAttribute(name, source.hasAttribute(name));
  }
  entry.querySelector("[data-entry-status]")?.remove();
  const status = source.querySelector("[data-entry-status]");
  if (status) entry.label.after(status);
}
