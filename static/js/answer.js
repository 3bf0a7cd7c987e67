/** An answer in the page while it is written. Committed blocks are never touched again, only the tail changes. */

import { parseHTML, setHTML } from "./html.js";
import { isSelectionBeginning, keepSelection } from "./keep-selection.js";
import { loadReadAloud, loadToolSteps } from "./on-demand.js";
import { translate } from "./page-data.js";
import { Progress } from "./progress.js";
import { errorMessage } from "./requests.js";
import { placeLeftOutLine } from "./turns.js";

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
  /** Resolves to the ReadAloud, where the person has chosen that. */
  #readAloud = null;
  /** Resolves to the ToolSteps, once there is a step; null again at the end. */
  #steps = null;
  /** The titles of the tools that run now, by the ids of their calls. */
  #running = new Map();

  /** `onGrowth` is called after each change of what is shown. */
  constructor(article, onGrowth = () => {}) {
    this.article = article;
    this.#onGrowth = onGrowth;
    this.#committed = article.querySelector("[data-committed]");
    this.#tail = article.querySelector("[data-tail]");
    this.#thinking = article.querySelector("[data-thinking]");
    this.#thoughts = article.querySelector("[data-thoughts]");
    this.#progress = new Progress(article);
    if (!document.querySelector("[data-read-aloud]")) return;
    this.#readAloud = loadReadAloud().then(({ ReadAloud }) => new ReadAloud(article));
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
    const prose = this.article.querySelector(".prose");
    if (isSelectionBeginning(prose)) {
      this.#schedule();
      return;
    }
    keepSelection(prose, () => {
      for (const { name, data } of this.#frames.splice(0)) this.#handlers[name]?.(data);
    });
    this.#useSteps((steps) => steps.place());
    this.#readAloud?.then((reader) => reader.grow()).catch(errorMessage);
    this.#onGrowth();
  }

  /** What each frame does. */
  #handlers = {
    snapshot: ({ html, tail, thinking }) => {
      this.#setCommitted(html);
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
      this.#progress.show("thinking");
    },
    tool: (frame) => {
      // Those of Claude's API have a name only, and nothing to fetch before the end.
      const title = frame.title || translate(`step-${frame.name}`) || frame.name;
      const step = { ...frame, title, isCall: Boolean(frame.title) };
      this.#steps ??= loadToolSteps().then(({ ToolSteps }) => new ToolSteps(this.#committed));
      this.#useSteps((steps) => steps.show(step));
      if (step.state === "running") this.#running.set(step.id, step.title);
      else this.#running.delete(step.id);
      if (this.#running.size) this.showStatus(translate("using", [...this.#running.values()].at(-1)));
      else this.#progress.show("waiting");
    },
    // What is too large for Claude is not sent again before its older turns are summarised.
    retrying: ({ seconds, code }) =>
      this.showStatus(code === "too_large" ? translate("summarizing") : translate("retrying", String(Math.ceil(seconds)))),
    saving: () => this.showStatus(translate("saving")),
    end: ({ html, state }) => {
      this.article.dataset.state = state;
      this.end();
      this.#steps = null;
      this.#readAloud?.then((reader) => reader.end()).catch(errorMessage);
      const finished = parseHTML(html).querySelector("article");
      // There is none when the conversation has been deleted.
      if (!finished) return;
      replaceAroundText(this.article, finished);
      if (this.article.isConnected) placeLeftOutLine(this.article.parentElement);
    },
  };

  #showWriting() {
    // Where a tool runs, what comes is only the end of the text before it.
    if (!this.#running.size) this.#progress.show("writing");
  }

  /** The steps with tools stay at their places, which come empty. */
  #setCommitted(html) {
    const rows = this.#committed.querySelectorAll(".tools");
    const focused = document.activeElement;
    setHTML(this.#committed, html);
    for (const row of rows) this.#committed.querySelector(`[data-tools="${row.dataset.tools}"]`)?.replaceWith(row);
    if (this.#committed.contains(focused)) focused.focus({ preventScroll: true });
  }

  /** Without their script, the steps come with the end. */
  #useSteps(use) {
    this.#steps?.then((steps) => this.#steps && use(steps)).catch(errorMessage);
  }

  #setTail(html) {
    this.#tailHTML = html;
    setHTML(this.#tail, html);
  }
}

/**
 * Put what a finished answer has around its text into the article in which it was written. The text stays, so that what
 * is selected in it stays selected.
 */
function replaceAroundText(article, finished) {
  article.dataset.sentFrom = finished.dataset.sentFrom;
  // The switch of versions stays too: it may have the focus.
  for (const line of article.querySelectorAll(".rail > :not(.versions)")) line.remove();
  article.querySelector(".rail").prepend(...finished.querySelectorAll(".rail > :not(.versions)"));
  replaceThinking(article, finished);
  const prose = article.querySelector("[data-committed]").parentElement;
  for (const row of finished.querySelectorAll(".tools")) {
    const shown = prose.querySelector(`[data-tools="${row.dataset.tools}"]`);
    if (shown) replaceSteps(shown, row);
  }
  const summary = finished.querySelector("template[data-sent-summary]");
  if (summary) prose.before(summary);
  while (prose.nextElementSibling) prose.nextElementSibling.remove();
  const parts = [...finished.querySelector(".body").children];
  prose.after(...parts.slice(parts.findIndex((part) => part.matches(".prose")) + 1));
}

/** What Claude thought is rendered when the answer ends; it stays open or closed. */
function replaceThinking(article, finished) {
  if (finished.querySelector("[data-thinking]").hidden) return;
  article.querySelector("[data-thinking]").hidden = false;
  for (const part of ["[data-thinking-label]", "[data-thoughts]"]) {
    article.querySelector(part).replaceChildren(...finished.querySelector(part).childNodes);
  }
}

/** What came of each step with a tool is there now. What is open stays open, and the focus where it is. */
function replaceSteps(shown, row) {
  const find = (step, part) => row.querySelector(`[data-step="${step.dataset.step}"] > ${part}`);
  const focused = shown.contains(document.activeElement) ? document.activeElement.closest("[data-step]") : null;
  for (const step of shown.querySelectorAll("[data-step]:has(> details[open])")) find(step, "details")?.setAttribute("open", "");
  shown.replaceWith(row);
  if (focused) (find(focused, "[data-decision]") ?? find(focused, "details > summary"))?.focus({ preventScroll: true });
}
