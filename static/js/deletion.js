/** Deletes a conversation, and shows it again when that is undone. */

import { addressOf } from "./addresses.js";
import { errorMessage, send } from "./requests.js";

/** Where the id of a conversation is kept that was deleted while it was open, for the next page to offer to undo. */
const STORAGE_KEY = "deleted";

/** Delete the conversation of an entry. Asks nothing, but offers to undo it. */
export async function deleteConversation(entry) {
  const { conversation } = entry;
  const address = addressOf("conversation", conversation);
  const toast = document.querySelector("chat-toast");
  try {
    await send("DELETE", address);
  } catch (error) {
    toast.show(errorMessage(error));
    return;
  }
  if (location.pathname === address) {
    sessionStorage.setItem(STORAGE_KEY, conversation);
    location.assign(document.querySelector("[data-new]").href);
    return;
  }
  toast.offerUndo(conversation, removeRows(entry));
}

/** The id of the conversation that was deleted on the page before this one, or null. Forgets it. */
export function takeDeletedConversation() {
  const conversation = sessionStorage.getItem(STORAGE_KEY);
  sessionStorage.removeItem(STORAGE_KEY);
  return conversation;
}

/** Remove the rows of a conversation and focus the next title. Returns a function that puts the rows back. */
function removeRows(entry) {
  const rows = findRows(entry.conversation);
  const places = rows.map(() => document.createComment(""));
  const next = nextFocus(entry);
  rows.forEach((row, index) => row.replaceWith(places[index]));
  next.focus();
  return () => {
    rows.forEach((row, index) => places[index].replaceWith(row));
    entry.label.focus();
  };
}

function findRows(conversation) {
  return [...document.querySelectorAll(`li:has(> chat-entry[data-conversation="${conversation}"])`)];
}

/** The title below an entry in its list, else the one above, else the link to a new conversation. */
function nextFocus(entry) {
  const list = entry.closest("[data-entries]");
  const entries = [...list.querySelectorAll("li > chat-entry")];
  const index = entries.indexOf(entry);
  const next = entries[index + 1] ?? entries[index - 1];
  return next?.label ?? list.querySelector("[data-new]");
}
