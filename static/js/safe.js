/** The one Trusted Types policy of the site: HTML comes from this site's own renderer and from nowhere else. */

const policy = globalThis.trustedTypes?.createPolicy("chat", { createHTML: (html) => html }) ?? {
  createHTML: (html) => html,
};

/** Put rendered HTML into an element, in the place of what is there. */
export function fill(element, html) {
  element.innerHTML = policy.createHTML(html);
}

/** Rendered HTML as nodes that can be put anywhere. */
export function nodes(html) {
  const template = document.createElement("template");
  fill(template, html);
  return template.content;
}
