/** Adds older conversations to the list in the sidebar when the link to them comes into sight, or is clicked. */

import { attempt } from "./attempt.js";
import { send } from "./requests.js";

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
