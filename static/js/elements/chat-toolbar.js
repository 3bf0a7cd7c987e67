/** <chat-toolbar>: one stop for the Tab key, and the arrow keys move between its buttons. */

export class ChatToolbar extends HTMLElement {
  connectedCallback() {
    this.addEventListener("focusin", ({ target }) => this.#keepOneStop(target));
    this.addEventListener("keydown", (event) => this.#handleKeydown(event));
  }

  /** What a button opens is not part of the toolbar. */
  get #buttons() {
    return [...this.querySelectorAll("button:enabled:not([popover] *)")].filter((button) => button.checkVisibility());
  }

  #keepOneStop(focused) {
    const buttons = this.#buttons;
    if (!buttons.includes(focused)) return;
    for (const button of buttons) button.tabIndex = button === focused ? 0 : -1;
  }

  #handleKeydown(event) {
    const buttons = this.#buttons;
    const index = buttons.indexOf(event.target);
    const isRightToLeft = getComputedStyle(this).direction === "rtl";
    const places = {
      ArrowRight: index + (isRightToLeft ? -1 : 1),
      ArrowLeft: index + (isRightToLeft ? 1 : -1),
      Home: 0,
      End: buttons.length - 1,
    };
    if (index < 0 || !(event.key in places)) return;
    event.preventDefault();
    buttons.at(places[event.key] % buttons.length).focus();
  }
}
