/** Asks whether anything has changed elsewhere: often while the page is visible, at once when it becomes so. */

import { errorMessage, send } from "./requests.js";

/** A change is shown within two seconds. */
const PAUSE_MS = 1_800;
const MAX_PAUSE_MS = 60_000;

export class LiveUpdates {
  #getAddress;
  #onChange;
  #etag = "";
  #timer;
  #running = null;
  #failures = 0;

  /**
   * `getAddress()` is what is asked for. `onChange(data)` shows what has changed, and returns false where it cannot
   * now: then it is called again.
   */
  constructor(getAddress, onChange) {
    this.#getAddress = getAddress;
    this.#onChange = onChange;
  }

  start() {
    document.addEventListener("visibilitychange", () => this.refresh());
    window.addEventListener("focus", () => this.refresh());
    window.addEventListener("online", () => this.refresh());
    this.#wait();
  }

  /** Ask now, whatever is under way. Resolves when the answer is shown. */
  async refresh() {
    await this.#running;
    this.#running ??= this.#ask().finally(() => (this.#running = null));
    await this.#running;
  }

  async #ask() {
    clearTimeout(this.#timer);
    if (document.visibilityState === "hidden") return;
    try {
      const response = await send("GET", this.#getAddress(), { etag: this.#etag });
      this.#failures = 0;
      if (response.status !== 304) {
        const isShown = this.#onChange(await response.json());
        this.#etag = isShown ? response.headers.get("ETag") : "";
      }
    } catch (error) {
      errorMessage(error); // throws what is a fault of the scripts
      this.#failures += 1;
      // Signed out: until the person comes back to the page, asking again is of no use.
      if (error.status === 401) return;
    }
    this.#wait();
  }

  #wait() {
    clearTimeout(this.#timer);
    const pause = Math.min(PAUSE_MS * 2 ** this.#failures, MAX_PAUSE_MS);
    this.#timer = setTimeout(() => this.refresh(), pause);
  }
}
