/** What is copied of the turns: text as it is read, HTML without the site's markup, formulas as TeX. */

const CONTROLS =
  ".code-head, .actions, .decision, form, button, summary, template, details:not([open]), :is(.tools, .step):not(:has(details[open]))";
/** Inside one of these, the elements around mean nothing for a part of the text. A question keeps its lines. */
const TEXT_BLOCKS = "[data-turns], article, p:not([data-text]), li, td, th, h1, h2, h3, h4, h5, h6";
const WITHOUT_MEANING = "article, chat-time, chat-toolbar, div, footer, header, span, time";
const ATTRIBUTES = new Set(["dir", "href", "start", "title"]);

export class CopiedContent {
  #element = document.createElement("div");

  /** Of what a range in the turns covers. */
  constructor(range) {
    this.#element.append(cloneWithContext(extendToFormulas(range)));
    for (const control of this.#element.querySelectorAll(CONTROLS)) control.remove();
    for (const mark of this.#element.querySelectorAll(".cite")) mark.replaceWith(`[${mark.textContent}]`);
    for (const formula of this.#element.querySelectorAll("[data-tex]")) formula.replaceWith(formula.dataset.tex);
  }

  /** The text as it is read, a line for each paragraph. */
  get text() {
    // Only the text of an element in the page has lines.
    this.#element.className = "visually-hidden";
    document.body.append(this.#element);
    const text = this.#element.innerText;
    this.#element.remove();
    return text;
  }

  get html() {
    const copy = this.#element.cloneNode(true);
    for (const text of copy.querySelectorAll("[data-text]")) text.innerText = text.textContent;
    for (const element of copy.querySelectorAll(WITHOUT_MEANING)) element.replaceWith(...element.childNodes);
    for (const element of copy.querySelectorAll("*")) {
      for (const name of element.getAttributeNames()) if (!ATTRIBUTES.has(name)) element.removeAttribute(name);
    }
    return copy.innerHTML.trim();
  }

  /** Whether both show the same characters; where they are broken into lines does not matter. */
  equals(other) {
    return this.#characters === other.#characters;
  }

  get #characters() {
    return this.#element.textContent.replace(/\s+/g, "");
  }
}

/** A range that covers whole formulas. */
function extendToFormulas(range) {
  const extended = range.cloneRange();
  const first = elementAt(range.startContainer).closest("[data-tex]");
  const last = elementAt(range.endContainer).closest("[data-tex]");
  if (first) extended.setStartBefore(first);
  if (last) extended.setEndAfter(last);
  return extended;
}

/** A copy of what a range covers, in the code block, list or table of which it is a part. */
function cloneWithContext(range) {
  let content = range.cloneContents();
  let parent = elementAt(range.commonAncestorContainer);
  for (; !parent.matches(TEXT_BLOCKS); parent = parent.parentElement) {
    const wrapper = parent.cloneNode(false);
    wrapper.append(content);
    content = wrapper;
  }
  return content;
}

function elementAt(node) {
  return node instanceof Element ? node : node.parentElement;
}
