/** Copying an answer, a block of code or selected text to the clipboard: as text, and as HTML without the site's markup. */

import { announce, translate } from "./page-data.js";

const LABEL_SHOWN_MS = 2000;
const CONTROLS =
  ".code-head, .actions, .decision, form, button, summary, template, details:not([open]), :is(.tools, .step):not(:has(details[open]))";
/** Inside one of these, the elements around mean nothing for a part of the text. A question keeps its lines. */
const TEXT_BLOCKS = "[data-turns], article, p:not([data-text]), li, td, th, h1, h2, h3, h4, h5, h6";
const WITHOUT_MEANING = "article, chat-time, chat-toolbar, div, footer, header, span, time";
const ATTRIBUTES = new Set(["dir", "href", "start", "title"]);

/** Copy an answer, both as Markdown and as HTML for a word processor. */
export function copyAnswer(button) {
  const article = button.closest("article");
  return copyAndConfirm(button, getMarkdown(article), getContent(article).html);
}

export function copyQuestion(button) {
  return copyAndConfirm(button, button.closest("article").querySelector("[data-text]").textContent);
}

export function copyCode(button) {
  return copyAndConfirm(button, button.closest(".code").querySelector("code").textContent);
}

/** Handle the `copy` event of a selection in `turns`: a whole answer is copied as Markdown, a part as its text. */
export function copySelection(event, turns) {
  const selection = getSelection();
  if (selection.isCollapsed || event.target.closest?.("input, textarea")) return;
  const range = selection.getRangeAt(0).cloneRange();
  if (!turns.contains(range.startContainer)) return;
  // A triple click on the last line selects up to the element after the turns.
  if (!turns.contains(range.endContainer)) range.setEndAfter(turns.lastChild);
  const content = new CopiedContent(range);
  const answer = findWholeAnswer(range, content, turns);
  event.clipboardData.setData("text/plain", answer ? getMarkdown(answer) : content.text);
  event.clipboardData.setData("text/html", content.html);
  event.preventDefault();
}

/** The finished answer of which a range covers all; undefined where that is just a block of code, wanted as code. */
function findWholeAnswer(range, content, turns) {
  const code = range.startContainer.parentElement?.closest("pre");
  const codeRange = new Range();
  if (code) codeRange.selectNode(code);
  if (code && new CopiedContent(codeRange).equals(content)) return;
  return [...turns.querySelectorAll("article:has([data-source])")].find(
    (article) => range.intersectsNode(article) && getContent(article).equals(content),
  );
}

function getMarkdown(article) {
  return article.querySelector("[data-source]").content.textContent;
}

function getContent(article) {
  const range = new Range();
  range.selectNodeContents(article.querySelector(".prose"));
  return new CopiedContent(range);
}

/** Copy, and show for a moment on the button whether it worked; a browser may refuse. */
async function copyAndConfirm(button, text, html) {
  const isCopied = await copyToClipboard(text, html).then(
    () => true,
    () => false,
  );
  const result = translate(isCopied ? "copied" : "not-copied");
  announce(result);
  clearTimeout(button.labelTimer);
  button.label ??= button.ariaLabel ?? button.textContent;
  setLabel(button, result, isCopied ? "done" : "close");
  button.labelTimer = setTimeout(() => setLabel(button, button.label, "copy"), LABEL_SHOWN_MS);
}

/** Give a button a text, or where it has an icon instead, a name and another icon. */
function setLabel(button, label, icon) {
  const use = button.querySelector("use");
  if (use) {
    button.ariaLabel = label;
    use.href.baseVal = use.href.baseVal.replace(/#.*/, `#${icon}`);
  } else {
    button.textContent = label;
  }
}

/** Put a text on the clipboard, and `html` beside it where it is given. Rejects where the browser refuses. */
export async function copyToClipboard(text, html) {
  if (!globalThis.isSecureContext) {
    copyWithoutTLS(text, html);
  } else if (html) {
    const item = new ClipboardItem({ "text/plain": createBlob(text, "text/plain"), "text/html": createBlob(html, "text/html") });
    await navigator.clipboard.write([item]);
  } else {
    await navigator.clipboard.writeText(text);
  }
}

function createBlob(text, type) {
  return new Blob([text], { type });
}

/** Without TLS, as in a local network, browsers have no clipboard API. Throws Error where they refuse this too. */
function copyWithoutTLS(text, html) {
  const field = document.createElement("textarea");
  field.value = text;
  field.addEventListener("copy", (event) => {
    event.clipboardData.setData("text/plain", text);
    if (html) event.clipboardData.setData("text/html", html);
    event.preventDefault();
  });
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (!isCopied) throw new Error("The browser did not copy.");
}

/** What is copied of the turns: text as it is read, HTML without the site's markup, formulas as TeX. */
class CopiedContent {
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
