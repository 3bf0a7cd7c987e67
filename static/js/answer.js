/** An answer in the page while it is written. Committed blocks are never touched again, only the tail changes. */

import { parseHTML, setHTML } from "./html.js";
import { keepSelection } from "./keep-selection.js";
import { translate } from "./translations.js";

export class Answer {
  #onGrowth;
  #tailHTML = "";
  #frames = [];
  #isScheduled = false;
  #committed;
  #tail;
  #thinking;
  #thoughts;
  #waiting;
  #waitingText;

  /** `onGrowth` is called after each change of what is shown. */
  constructor(article, onGrowth = () => {}) {
    this.article = article;
    this.#onGrowth = onGrowth;
    this.#committed = article.querySelector("[data-committed]");
    this.#tail = article.querySelector("[data-tail]");
    this.#thinking = article.querySelector("[data-thinking]");
    this.#thoughts = article.querySelector("[data-thoughts]");
    this.#waiting = article.querySelector("[data-waiting]");
    this.#waitingText = article.querySelector("[data-waiting-text]");
  }

  /** Take a frame. Frames that come together are shown together, before the browser paints. */
  receive(frame) {
    this.#frames.push(frame);
    if (frame.name === "end") this.#showFrames();
    else this.#schedule();
  }

  /** The line below the text; an empty sentence hides it. */
  showStatus(sentence) {
    this.#waiting.hidden = !sentence;
    if (sentence) this.#waitingText.textContent = sentence;
  }

  #schedule() {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      this.#showFrames();
    });
  }

  #showFrames() {
    keepSelection(this.article.querySelector(".prose"), () => {
      for (const { name, data } of this.#frames.splice(0)) this.#handlers[name]?.(data);
    });
    this.#onGrowth();
  }

  /** What each frame does. */
  #handlers = {
    snapshot: ({ html, tail, thinking }) => {
      setHTML(this.#committed, html);
      this.#setTail(tail);
      if (thinking !== undefined) {
        this.#thoughts.textContent = thinking;
        this.#thinking.hidden = !thinking;
      }
      this.showStatus(html || tail ? "" : this.#waitingText.textContent);
    },
    commit: ({ html }) => {
      this.#committed.append(parseHTML(html));
      this.#setTail("");
      this.showStatus("");
    },
    tail: ({ from, html }) => {
      this.#setTail(this.#tailHTML.slice(0, from) + html);
      this.showStatus("");
    },
    append: ({ text }) => {
      const open = this.#tail.querySelector("[data-open]");
      if (open.lastChild instanceof Text) open.lastChild.appendData(text);
      else open.append(text);
    },
    thinking: ({ text }) => {
      this.#thinking.hidden = false;
      this.#thoughts.append(text);
    },
    retrying: ({ seconds }) => this.showStatus(translate("retrying", String(Math.ceil(seconds)))),
    saving: () => this.showStatus(translate("saving")),
    end: ({ html, state }) => {
      this.article.dataset.state = state;
      this.article.removeAttribute("aria-busy");
      this.showStatus("");
      const finished = parseHTML(html).querySelector("article");
      // There is none when the conversation has been deleted.
      if (finished) this.#replaceAroundText(finished);
    },
  };

  #setTail(html) {
    this.#tailHTML = html;
    setHTML(this.#tail, html);
  }

  /** Replace all but the text, so that what is selected in it stays selected. */
  #replaceAroundText(finished) {
    // The switch of versions stays too: it may have the focus.
    for (const line of this.article.querySelectorAll(".rail > :not(.versions)")) line.remove();
    this.article.querySelector(".rail").prepend(...finished.querySelectorAll(".rail > :not(.versions)"));
    const prose = this.article.querySelector(".prose");
    while (prose.nextElementSibling) prose.nextElementSibling.remove();
    const parts = [...finished.querySelector(".body").children];
    prose.after(...parts.slice(parts.indexOf(finished.querySelector(".prose")) + 1));
  }
}
