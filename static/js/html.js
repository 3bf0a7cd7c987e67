/** HTML in the page: it all comes from the server's renderer, through the only Trusted Types policy of the site. */

import { translateLabels } from "./labels.js";

/** The only script that is not an element of a page. */
const WORKER = "/service-worker.js";
const rules = { createHTML: (html) => html, createScriptURL: () => WORKER };
const policy = globalThis.trustedTypes?.createPolicy("chat", rules) ?? rules;

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
