/** Copying an answer, a block of code or selected text to the clipboard. */

import { announce } from "./announce.js";
import { CopiedContent } from "./copied-content.js";
import { translate } from "./page-data.js";

const LABEL_SHOWN_MS = 2000;

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
