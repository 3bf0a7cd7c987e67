/** Copying an answer or a block of code. */

import { announce, word } from "./words.js";

const SHOWN_FOR = 2000;

/** An answer goes to the clipboard twice: as Markdown, and as it looks for a word processor. */
export function copyAnswer(button) {
  const article = button.closest("article");
  const markdown = article.querySelector("[data-source]").content.textContent;
  return copyFor(button, markdown, article.querySelector("[data-committed]").innerHTML);
}

export function copyCode(button) {
  return copyFor(button, button.closest(".code").querySelector("code").textContent);
}

/** Copy, and let the button say for a moment how it went; a browser may refuse. */
async function copyFor(button, text, html) {
  const said = await copy(text, html).then(() => word("copied"), () => word("not-copied"));
  announce(said);
  clearTimeout(button.saying);
  button.label ??= button.textContent;
  button.textContent = said;
  button.saying = setTimeout(() => (button.textContent = button.label), SHOWN_FOR);
}

/** Put a text on the clipboard; with `html`, also as it looks. Fails where the browser does not let us. */
export async function copy(text, html) {
  if (!globalThis.isSecureContext) copyOldWay(text);
  else if (html) await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob(text, "text/plain"), "text/html": blob(html, "text/html") })]);
  else await navigator.clipboard.writeText(text);
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
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("The browser did not copy.");
}
