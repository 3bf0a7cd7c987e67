/**
 * What is not loaded with the page, but when it is first needed, with the moment. What files need is loaded by files.js
 * and form-files.js.
 *
 * Nothing that is loaded so may import what imports this: the name of each file contains a hash of its content, in
 * which are the names of those that it imports.
 */

import { load } from "./requests.js";

/** The elements of the page, each as a function that loads its class. */
const ELEMENTS = {
  // A button or a shortcut that opens it is pressed.
  "key-help": async () => (await import("./elements/key-help.js")).KeyHelp,
  // The field of the search gets the focus.
  "chat-search": async () => (await import("./elements/chat-search.js")).ChatSearch,
  // At once, on the pages that have it: those with a list of conversations.
  "chat-selection": async () => (await import("./elements/chat-selection.js")).ChatSelection,
  // At once, for people who may use tools.
  "tool-picker": async () => (await import("./elements/tool-picker.js")).ToolPicker,
  // A request is refused because the session has ended.
  "sign-in-dialog": async () => (await import("./elements/sign-in-dialog.js")).SignInDialog,
};

/** Returns the element `name` of the page, ready for use. Throws ConnectionLost where its script cannot be loaded. */
export async function loadElement(name) {
  const elementClass = await load(ELEMENTS[name]());
  if (!customElements.get(name)) customElements.define(name, elementClass);
  return document.querySelector(name);
}

/** When an answer is written for somebody who has new answers read aloud. */
export const loadReadAloud = () => load(import("./read-aloud.js"));

/** When an answer that is being written uses a tool. */
export const loadToolSteps = () => load(import("./tool-steps.js"));

/** When the address names a turn, as those of the search results do. */
export const loadSearchHit = () => load(import("./search-hit.js"));
