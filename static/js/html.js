/** HTML in the page: it all comes from the server's renderer, through the only Trusted Types policy of the site. */

const policy = globalThis.trustedTypes?.createPolicy("chat", { createHTML: (html) => html }) ?? {
  createHTML: (html) => html,
};

/** Replace the content of an element by rendered HTML. */
export function setHTML(element, html) {
  element.innerHTML = policy.createHTML(html);
}

/** Rendered HTML as a DocumentFragment. */
export function parseHTML(html) {
  const template = document.createElement("template");
  setHTML(template, html);
  return template.content;
}
