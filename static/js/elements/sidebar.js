/** <chat-sidebar>: the list of conversations; on narrow screens a drawer, opened by its address `#sidebar`. */

export class ChatSidebar extends HTMLElement {
  connectedCallback() {
    document.addEventListener("chat:asked", (event) => this.show(event.detail.conversation));
    document.addEventListener("chat:title", (event) => this.rename(event.detail.title));
    window.addEventListener("hashchange", () => this.changed());
    document.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("click", (event) => this.clicked(event));
    this.changed();
  }

  get isOpen() {
    return this.matches(":target") && getComputedStyle(this).position === "fixed";
  }

  /** While the drawer is open, what lies behind it cannot be reached. */
  changed() {
    document.querySelector(".column").inert = this.isOpen;
    if (this.isOpen) this.focus();
  }

  pressed(event) {
    if (event.key !== "Escape" || !this.isOpen) return;
    event.preventDefault();
    this.close();
  }

  clicked(event) {
    if (this.isOpen && !this.contains(event.target)) this.close();
  }

  close() {
    location.replace("#content");
    document.querySelector(".menu-button").focus();
  }

  /** Put the conversation that was asked in at the top. */
  show(conversation) {
    const path = `/conversations/${conversation}/`;
    const newest = this.querySelector("[data-newest]");
    let entry = this.querySelector(`a[href="${path}"]`)?.closest("li");
    if (!entry) {
      entry = this.querySelector("template[data-entry]").content.cloneNode(true).firstElementChild;
      entry.querySelector("a").href = path;
      newest.prepend(entry);
    }
  }

  rename(title) {
    const link = this.querySelector("[aria-current=page]");
    if (link) link.textContent = title;
    const heading = document.querySelector("[data-title]");
    if (heading) heading.textContent = title;
    document.title = title;
  }
}
