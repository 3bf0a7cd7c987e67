/** An answer in the page while it is written. Committed blocks are never touched again, only the tail changes. */

import { parseHTML, setHTML } from "./html.js";
import { keepSelection } from "./keep-selection.js";
import { Progress } from "./progress.js";
import { replaceAroundText } from "./finished-turn.js";
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
  #progress;
  #thinkingBegan = null;

  /** `onGrowth` is called after each change of what is shown. */
  constructor(article, onGrowth = () => {}) {
    this.article = article;
    this.#onGrowth = onGrowth;
    this.#committed = article.querySelector("[data-committed]");
    this.#tail = article.querySelector("[data-tail]");
    this.#thinking = article.querySelector("[data-thinking]");
    this.#thoughts = article.querySelector("[data-thoughts]");
    this.#progress = new Progress(article);
  }

  /** Take a frame. Frames that come together are shown together, before the browser paints. */
  receive(frame) {
    this.#frames.push(frame);
    if (frame.name === "end") this.#showFrames();
    else this.#schedule();
  }

  /** Say below the text why nothing comes, until something does. */
  showStatus(sentence) {
    this.#progress.showSentence(sentence);
  }

  /** Stop showing that something will come. */
  end() {
    this.article.removeAttribute("aria-busy");
    this.#progress.end();
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
      if (html || tail) this.#showWriting();
      else if (thinking) this.#progress.show("thinking");
    },
    commit: ({ html }) => {
      this.#committed.append(parseHTML(html));
      this.#setTail("");
      this.#showWriting();
    },
    tail: ({ from, html }) => {
      this.#setTail(this.#tailHTML.slice(0, from) + html);
      this.#showWriting();
    },
    append: ({ text }) => {
      const open = this.#tail.querySelector("[data-open]");
      if (open.lastChild instanceof Text) open.lastChild.appendData(text);
      else open.append(text);
      this.#showWriting();
    },
    thinking: ({ text }) => {
      this.#thinking.hidden = false;
      this.#thoughts.append(text);
      this.#thinkingBegan ??= performance.now();
      this.#progress.show("thinking");
    },
    retrying: ({ seconds }) => this.showStatus(translate("retrying", String(Math.ceil(seconds)))),
    saving: () => this.showStatus(translate("saving")),
    end: ({ html, state }) => {
      this.article.dataset.state = state;
      this.end();
      const finished = parseHTML(html).querySelector("article");
      // There is none when the conversation has been deleted.
      if (finished) replaceAroundText(this.article, finished);
    },
  };

  #showWriting() {
    this.#progress.show("writing");
    if (this.#thinkingBegan === null) return;
    const seconds = Math.max(Math.round((performance.now() - this.#thinkingBegan) / 1000), 1);
    this.article.querySelector("[data-thinking-label]").textContent = translate("thought-for", String(seconds));
    this.#thinkingBegan = null;
  }

  #setTail(html) {
    this.#tailHTML = html;
    setHTML(this.#tail, html);
  }
}
