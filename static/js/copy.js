/** Copying an answer or a block of code to the clipboard. */

import { announce } from "./announce.js";
import { translate } from "./translations.js";

const LABEL_SHOWN_MS = 2000;

/** Copy an answer, both as Markdown and as HTML for a word processor. */
export function copyAnswer(button) {
  const article = button.closest("article");
  const markdown = article.querySelector("[data-source]").content.textContent;
  return copyAndConfirm(button, markdown, article.querySelector("[data-committed]").innerHTML);
}

export function copyCode(button) {
  return copyAndConfirm(button, button.closest(".code").querySelector("code").textContent);
}

/** Copy, and show for a moment on the button whether it worked; a browser may refuse. */
async function copyAndConfirm(button, text, html) {
  const result = await copyToClipboard(text, html).then(
    () => translate("copied"),
    () => translate("not-copied"),
  );
  announce(result);
  clearTimeout(button.labelTimer);
  button.label ??= button.textContent;
  button.textContent = result;
  button.labelTimer = setTimeout(() => (button.textContent = button.label), LABEL_SHOWN_MS);
}

/** Put a text on the clipboard, and `html` beside it where it is given. Rejects where the browser refuses. */
export async function copyToClipboard(text, html) {
  if (!globalThis.isSecureContext) {
    copyWithoutTLS(text);
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
function copyWithoutTLS(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (!isCopied) throw new Error("The browser did not copy.");
}
