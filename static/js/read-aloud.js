/** Has a screen reader read an answer, for people who have chosen that: it reads what is added to a live region. */

/** How often an answer that is being written is looked at for sentences that are complete. */
const INTERVAL_MS = 1000;
/** What was added is removed later, so that nobody who moves through the page finds it twice. */
const KEPT_MS = 10_000;
/** The controls of a block of code, and the source of a formula. */
const NOT_READ = "button, annotation, .steps";

const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(document.documentElement.lang, { granularity: "sentence" }) : null;

export class ReadAloud {
  #region = document.querySelector("[data-read-aloud]");
  #committed;
  #tail;
  /** The block that is read next, and how many of its sentences have been read. */
  #block = 0;
  #sentences = 0;
  #timer = null;

  constructor(article) {
    this.#committed = article.querySelector("[data-committed]");
    this.#tail = article.querySelector("[data-tail]");
  }

  /** The answer has grown. */
  grow() {
    if (this.#region?.dataset.readAloud !== "sentences") return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#read();
    }, INTERVAL_MS);
  }

  /** The answer has ended: read what is left of it. */
  end() {
    clearTimeout(this.#timer);
    if (this.#region) this.#read({ isAnswerComplete: true });
  }

  #read({ isAnswerComplete = false } = {}) {
    for (let block = this.#blockAt(this.#block); block; block = this.#blockAt(this.#block)) {
      const isComplete = isAnswerComplete || block.parentNode === this.#committed || block.nextElementSibling !== null;
      const sentences = splitSentences(block);
      const complete = isComplete ? sentences.length : countComplete(block, sentences);
      this.#say(sentences.slice(this.#sentences, complete).join(""));
      if (!isComplete) {
        this.#sentences = Math.max(this.#sentences, complete);
        return;
      }
      this.#block += 1;
      this.#sentences = 0;
    }
  }

  #blockAt(index) {
    const { children } = this.#committed;
    return children[index] ?? this.#tail.children[index - children.length];
  }

  #say(text) {
    if (!text.trim()) return;
    const paragraph = document.createElement("p");
    paragraph.dir = "auto";
    paragraph.textContent = text;
    this.#region.append(paragraph);
    setTimeout(() => paragraph.remove(), KEPT_MS);
  }
}

function splitSentences(block) {
  const copy = block.cloneNode(true);
  for (const part of copy.querySelectorAll(NOT_READ)) part.remove();
  for (const language of copy.querySelectorAll(".code-language")) language.append(": ");
  return segmenter ? [...segmenter.segment(copy.textContent)].map(({ segment }) => segment) : [copy.textContent];
}

/** The last sentence may go on. Code has none, and is read when its block is complete. */
function countComplete(block, sentences) {
  return block.matches(".code") ? 0 : sentences.length - 1;
}
