/** One answer in the page, as it grows: finished blocks are added and never touched again, only the tail changes. */

import { Hold } from "./hold.js";
import { fill, nodes } from "./safe.js";
import { word } from "./words.js";

export class Answer {
  /** `onGrowth` is called after each change of what is shown. */
  constructor(article, onGrowth = () => {}) {
    this.article = article;
    this.onGrowth = onGrowth;
    this.tailHtml = "";
    this.frames = [];
    this.scheduled = false;
    const part = (name) => article.querySelector(`[data-${name}]`);
    this.parts = {
      committed: part("committed"),
      tail: part("tail"),
      thinking: part("thinking"),
      thoughts: part("thoughts"),
      waiting: part("waiting"),
      waitingText: part("waiting-text"),
    };
    this.hold = new Hold(this.parts.tail);
  }

  /** Take a frame; frames are shown together, once per frame of the screen. */
  take(frame) {
    this.frames.push(frame);
    if (frame.name === "end") this.show();
    else this.schedule();
  }

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      if (this.hold.isOn) setTimeout(() => this.schedule(), 100);
      else this.show();
    });
  }

  show() {
    for (const { name, data } of this.frames.splice(0)) this[name]?.(data);
    this.onGrowth();
  }

  // One method for each frame

  snapshot({ html, tail, thinking }) {
    fill(this.parts.committed, html);
    this.setTail(tail);
    if (thinking !== undefined) {
      this.parts.thoughts.textContent = "";
      if (thinking) this.thinking({ text: thinking });
    }
    this.says(html || tail ? "" : this.parts.waitingText.textContent);
  }

  commit({ html }) {
    this.parts.committed.append(nodes(html));
    this.setTail("");
    this.says("");
  }

  tail({ from, html }) {
    this.setTail(this.tailHtml.slice(0, from) + html);
    this.says("");
  }

  append({ text }) {
    const open = this.parts.tail.querySelector("[data-open]");
    const last = open.lastChild;
    if (last instanceof Text) last.appendData(text);
    else open.append(text);
  }

  thinking({ text }) {
    this.parts.thinking.hidden = false;
    this.parts.thoughts.append(text);
  }

  retrying({ seconds }) {
    this.says(word("retrying", String(Math.ceil(seconds))));
  }

  saving() {
    this.says(word("saving"));
  }

  /** The finished turn: what stands around the text is new, the text stays as it is, with what is selected in it. */
  end({ html, state }) {
    const finished = nodes(html).querySelector("article");
    const { article } = this;
    article.dataset.state = state;
    article.removeAttribute("aria-busy");
    // The switch of versions stays, too: it may have the focus.
    for (const line of article.querySelectorAll(".rail > :not(.versions)")) line.remove();
    article.querySelector(".rail").prepend(...finished.querySelectorAll(".rail > :not(.versions)"));
    const prose = article.querySelector(".prose");
    const after = [...finished.querySelector(".body").children];
    while (prose.nextElementSibling) prose.nextElementSibling.remove();
    prose.after(...after.slice(after.indexOf(finished.querySelector(".prose")) + 1));
  }

  // What they have in common

  setTail(html) {
    this.tailHtml = html;
    fill(this.parts.tail, html);
  }

  /** The line below the text; none while text is coming. */
  says(sentence) {
    this.parts.waiting.hidden = !sentence;
    if (sentence) this.parts.waitingText.textContent = sentence;
  }
}
