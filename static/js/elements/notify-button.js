/** <notify-button>: asks the browser for the permission to notify the person of an answer that ended unseen. */

export class NotifyButton extends HTMLElement {
  connectedCallback() {
    this.#update();
    this.addEventListener("click", () => this.#ask());
  }

  async #ask() {
    await Notification.requestPermission();
    this.#update();
  }

  /** There is nothing to ask for where the person has decided, or the browser cannot notify. */
  #update() {
    this.hidden = !("Notification" in window) || Notification.permission !== "default";
  }
}
