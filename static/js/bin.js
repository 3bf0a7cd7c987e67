/** Putting a conversation into the bin, and taking it out again. */

import { addressOf } from "./addresses.js";
import { send, sentenceFor } from "./net.js";

/** What the next page is to offer to undo, when the one that was deleted was open. */
const KEY = "deleted";

/** Delete the conversation of an entry: no question before, but ten seconds to take it back. */
export async function remove(entry) {
  const { conversation } = entry;
  const address = addressOf("conversation", conversation);
  const toast = document.querySelector("chat-toast");
  try {
    await send("DELETE", address);
  } catch (error) {
    toast.say(sentenceFor(error));
    return;
  }
  if (location.pathname === address) {
    sessionStorage.setItem(KEY, conversation);
    location.assign(document.querySelector("[data-new]").href);
    return;
  }
  toast.offer(conversation, takeOut(entry));
}

/** The conversation that was deleted on the page before this one; told once. */
export function deletedBefore() {
  const conversation = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return conversation;
}

/** Take its rows out of the page and go on to the next one; returns what puts them back. */
function takeOut(entry) {
  const rows = rowsOf(entry.conversation);
  const places = rows.map((row) => ({ row, mark: document.createComment("") }));
  const next = neighbour(entry);
  for (const { row, mark } of places) row.replaceWith(mark);
  next.focus();
  return () => {
    for (const { row, mark } of places) mark.replaceWith(row);
    entry.label.focus();
  };
}

function rowsOf(conversation) {
  return [...document.querySelectorAll(`li:has(> chat-entry[data-conversation="${conversation}"])`)];
}

/** The title to go to from an entry: the one below it in its list, else the one above, else the way to a new one. */
function neighbour(entry) {
  const list = entry.closest("[data-entries]");
  const entries = [...list.querySelectorAll("li > chat-entry")];
  const place = entries.indexOf(entry);
  const next = entries[place + 1] ?? entries[place - 1];
  return next?.label ?? list.querySelector("[data-new]");
}
