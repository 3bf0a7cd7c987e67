/**
 * Keys: those of fields in which people write, and the shortcuts of the page. The list in the help dialog is the registry
 * of the shortcuts (see conversations/_shortcuts.html), with the keys and the label of each. Here they get their handlers,
 * and the elements that do the same get their hints.
 */

import { translate } from "./page-data.js";

/** Safari ends a composition before the key event that ended it, which then has this code. */
const COMPOSITION_KEY_CODE = 229;
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const handlers = new Map();

/** Whether the key belongs to an input method, as for Chinese or Japanese. */
export function isComposing(event) {
  return event.isComposing || event.keyCode === COMPOSITION_KEY_CODE;
}

/** Whether the key is an Escape that nothing else has used. */
export function isEscape(event) {
  return event.key === "Escape" && !event.defaultPrevented && !isComposing(event);
}

/** Whether to focus a field would open a keyboard on the screen. */
export function isTouchScreen() {
  return matchMedia("(pointer: coarse) and (hover: none)").matches;
}

/** Whether the key sends the form: Enter, but on a touch screen, or if the person wants that, only with Ctrl or Command. */
export function isSendKey(event) {
  if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return false;
  const addsLine = isTouchScreen() || document.documentElement.hasAttribute("data-enter-adds-line");
  return !addsLine || event.ctrlKey || event.metaKey;
}

/** `handle()` returns false where the shortcut does not apply at the moment. It gets the event, if a key was pressed. */
export function onShortcut(name, handle) {
  handlers.set(name, handle);
}

/** Call this when all handlers are known. */
export function listenForShortcuts() {
  document.addEventListener("keydown", handleKeydown);
  document.addEventListener("click", ({ target }) => handlers.get(target.closest("[data-run]")?.dataset.run)?.());
  showHints();
}

/** Whether an event is that of the shortcut `name`. */
export function isShortcut(event, name) {
  return listShortcuts(findRow(name)).some((keys) => matches(event, keys));
}

/** Tell of the shortcuts where they can be used by mouse, and to assistive technology. */
export function showHints() {
  for (const row of document.querySelectorAll("[data-shortcut][data-hint]")) {
    const usable = listShortcuts(row).filter((keys) => areSingleKeysOn() || !isSingle(keys));
    const label = row.querySelector("[data-label]").textContent;
    for (const element of document.querySelectorAll(row.dataset.hint)) {
      element.setAttribute("aria-keyshortcuts", usable.map(toAria).join(" "));
      if (element.matches("a, button")) element.title = `${label} (${nameKeys(usable[0]).join(" ")})`;
    }
  }
}

/** The shortcuts `name` as elements. */
export function buildKeys(name) {
  return listShortcuts(findRow(name)).map((keys) => {
    const shortcut = document.createElement("span");
    shortcut.className = "keys";
    for (const key of nameKeys(keys)) shortcut.appendChild(document.createElement("kbd")).textContent = key;
    return shortcut;
  });
}

function findRow(name) {
  return document.querySelector(`[data-shortcut="${name}"]`);
}

/** The shortcuts of a row, each as a list of keys. */
function listShortcuts(row) {
  return row.dataset.keys.split(" ").map((keys) => keys.split("+"));
}

/** The keys of a shortcut as they are written on the keyboard. */
function nameKeys(keys) {
  return keys.map((key) => translate(`key-${isMac ? "mac-" : ""}${key.toLowerCase()}`) || key.toUpperCase());
}

function handleKeydown(event) {
  const isDialogOpen = document.querySelector("dialog[open]");
  const isPopoverClosing = event.key === "Escape" && document.querySelector(":popover-open");
  if (event.defaultPrevented || isComposing(event) || isDialogOpen || isPopoverClosing) return;
  for (const row of document.querySelectorAll("[data-shortcut]")) {
    const keys = listShortcuts(row).find((keys) => matches(event, keys));
    if (!keys || (isSingle(keys) && (!areSingleKeysOn() || isField(event.target)))) continue;
    const handle = handlers.get(row.dataset.shortcut);
    if (!handle || handle(event) === false) continue;
    event.preventDefault();
    return;
  }
}

function matches(event, keys) {
  const key = keys.at(-1);
  const hasMod = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  const hasNone = !event.ctrlKey && !event.metaKey;
  if (event.altKey || !(keys.includes("Mod") ? hasMod : hasNone)) return false;
  // Which characters need Shift differs from keyboard to keyboard.
  const isPunctuation = key.length === 1 && key.toUpperCase() === key;
  if (!isPunctuation && event.shiftKey !== keys.includes("Shift")) return false;
  // On keyboards without Latin letters, the place of the key counts.
  const isLatin = /^[a-z]$/i.test(event.key);
  return event.key.toLowerCase() === key.toLowerCase() || (!isLatin && event.code === `Key${key.toUpperCase()}`);
}

/** Characters alone can be switched off: people who dictate say them by accident. */
function isSingle(keys) {
  return keys.length === 1 && keys[0].length === 1;
}

function areSingleKeysOn() {
  return document.querySelector("[name=single_keys]").checked;
}

function isField(element) {
  return element.matches("input, textarea, select, [contenteditable]");
}

function toAria(keys) {
  const names = keys.map((key) => (key.length === 1 ? key.toUpperCase() : key));
  return names.join("+").replace("Mod", isMac ? "Meta" : "Control");
}
