/** HTML in the page: it all comes from the server's renderer, through the only Trusted Types policy of the site. */

import { translate } from "./page-data.js";

/** The only script that is not an element of a page. */
const WORKER = "/service-worker.js";
const rules = { createHTML: (html) => html, createScriptURL: () => WORKER };
const policy = globalThis.trustedTypes?.createPolicy("chat", rules) ?? rules;
const IS_ENGLISH = document.documentElement.lang.startsWith("en");
const NAMES = { Copy: "copy", Code: "code", Table: "table", Formula: "formula", Done: "done", "To do": "to-do" };

/** Have the browser show a page of the site where it cannot be reached. Without TLS browsers do not. */
export function registerWorker() {
  navigator.serviceWorker?.register(policy.createScriptURL(WORKER)).catch(() => {});
}

/** Replace the content of an element by rendered HTML. */
export function setHTML(element, html) {
  element.innerHTML = policy.createHTML(html);
  translateLabels(element.content ?? element);
}

/** Rendered HTML as a DocumentFragment. */
export function parseHTML(html) {
  const template = document.createElement("template");
  setHTML(template, html);
  return template.content;
}

/**
 * Put the few words of rendered Markdown in `root` into the language of the page. A stream is rendered once for all its
 * readers, in English; for other pages see conversations/presentation/labels.py.
 */
function translateLabels(root) {
  if (IS_ENGLISH) return;
  for (const button of root.querySelectorAll(".code-copy")) {
    button.textContent = translate(NAMES[button.textContent]) || button.textContent;
  }
  for (const element of root.querySelectorAll("[aria-label]:is(pre, .table, .formula, .formula-in-line, .task)")) {
    // The name of a language may follow: "Code, python".
    element.ariaLabel = element.ariaLabel.replace(/^[^,]+/, (label) => translate(NAMES[label]) || label);
  }
}
