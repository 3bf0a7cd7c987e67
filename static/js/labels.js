/**
 * The few words in rendered Markdown. A stream is rendered once for all its readers, in English; for other pages see
 * conversations/presentation/labels.py.
 */

import { translate } from "./page-data.js";

const IS_ENGLISH = document.documentElement.lang.startsWith("en");
const NAMES = { Copy: "copy", Code: "code", Table: "table", Formula: "formula", Done: "done", "To do": "to-do" };

/** Put the words in `root` into the language of the page. */
export function translateLabels(root) {
  if (IS_ENGLISH) return;
  for (const button of root.querySelectorAll(".code-copy")) {
    button.textContent = translate(NAMES[button.textContent]) || button.textContent;
  }
  for (const element of root.querySelectorAll("[aria-label]:is(pre, .table, .formula, .formula-in-line, .task)")) {
    // The name of a language may follow: "Code, python".
    element.ariaLabel = element.ariaLabel.replace(/^[^,]+/, (label) => translate(NAMES[label]) || label);
  }
}
