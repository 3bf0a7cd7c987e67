/** Copying an answer or a block of code. */

import { announce, word } from "./words.js";

/** An answer goes to the clipboard twice: as Markdown, and as it looks for a word processor. */
export async function copyAnswer(article) {
  const markdown = article.querySelector("[data-source]").content.textContent;
  const html = article.querySelector("[data-committed]").innerHTML;
  await copy(markdown, html);
}

export async function copyCode(button) {
  await copy(button.closest(".code").querySelector("code").textContent);
}

/** Put a text on the clipboard; with `html`, also as it looks. */
export async function copy(text, html) {
  if (!globalThis.isSecureContext) copyOldWay(text);
  else if (html) await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob(text, "text/plain"), "text/html": blob(html, "text/html") })]);
  else await navigator.clipboard.writeText(text);
  announce(word("copied"));
}

function blob(text, type) {
  return new Blob([text], { type });
}

/** Without TLS, in a network of one's own, browsers offer no other way. */
function copyOldWay(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
