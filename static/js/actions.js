/**
 * What the menu of a conversation does: pin, archive and delete it. Nothing is asked; all of it can be undone. Its rows
 * leave the lists of the page and come back: the sidebar, and the page of a list.
 */

import { addressOf, translate } from "./page-data.js";
import { attempt, send } from "./requests.js";

/** Where the id of a conversation is kept that was deleted while it was open, for the next page to offer to undo. */
const STORAGE_KEY = "deleted";

const toast = () => document.querySelector("chat-toast");
const sidebar = () => document.querySelector("chat-sidebar");

/** Put a conversation into the group at the top of the list, or take it out. */
export async function pin(entry, isPinned) {
  const mark = (value) => changeMark("pin", entry, value);
  if (!(await attempt(() => mark(isPinned)))) return;
  toast().offerUndo(translate(isPinned ? "pinned" : "unpinned"), () => mark(!isPinned));
}

/** Put a conversation into the archive, or take it out. Its rows leave the lists. */
export async function archive(entry, isArchived) {
  const { conversation } = entry;
  const isRow = entry.closest("li") !== null;
  if (!(await attempt(() => send(isArchived ? "POST" : "DELETE", addressOf("archive", conversation))))) return;
  const showRows = isRow ? hideRows([conversation], entry.closest("[data-entries]")) : () => {};
  // The button in the notice disappears. If the person is writing by now, the focus stays where it is.
  if (document.activeElement.closest(".archived")) entry.menuButton.focus();
  setFlag(conversation, "archived", isArchived);
  sidebar().refresh();
  toast().offerUndo(translate(isArchived ? "archived" : "unarchived"), async () => {
    await changeMark("archive", entry, !isArchived);
    showRows();
  });
}

export async function deleteConversation(entry) {
  const { conversation } = entry;
  const address = addressOf("conversation", conversation);
  if (!(await attempt(() => send("DELETE", address)))) return;
  if (location.pathname === address) {
    sessionStorage.setItem(STORAGE_KEY, conversation);
    location.assign(document.querySelector("[data-new]").href);
    return;
  }
  const showRows = hideRows([conversation], entry.closest("[data-entries]"));
  toast().offerUndo(translate("deleted"), async () => {
    await send("POST", addressOf("restore", conversation));
    await sidebar().refresh();
    showRows();
  });
}

/** Have the older turns of a conversation summarised. Its page is loaded again to show the summary. */
export async function summarize(conversation) {
  toast().show(translate("summarizing"));
  if (!(await attempt(() => send("POST", addressOf("summarize", conversation))))) return;
  if (location.pathname === addressOf("conversation", conversation)) location.reload();
  else toast().show(translate("summarized"));
}

/** For the page after the one on which the open conversation was deleted. */
export function offerToRestoreDeleted() {
  const conversation = sessionStorage.getItem(STORAGE_KEY);
  sessionStorage.removeItem(STORAGE_KEY);
  if (!conversation) return;
  toast().offerUndo(translate("deleted"), async () => {
    await send("POST", addressOf("restore", conversation));
    location.assign(addressOf("conversation", conversation));
  });
}

/** Set or remove the mark `name` of a conversation, and show it. The menu button keeps the focus. Throws as `send` does. */
async function changeMark(name, entry, isSet) {
  await send(isSet ? "POST" : "DELETE", addressOf(name, entry.conversation));
  setFlag(entry.conversation, name === "pin" ? "pinned" : "archived", isSet);
  await sidebar().refresh();
  if (entry.isConnected) entry.menuButton.focus();
}

function setFlag(conversation, flag, isSet) {
  for (const entry of document.querySelectorAll(`chat-entry[data-conversation="${conversation}"]`)) {
    entry.toggleAttribute(`data-${flag}`, isSet);
  }
}

/** Remove the rows of these conversations and focus the next title in `list`. Returns a function that shows them again. */
export function hideRows(conversations, list) {
  const rows = conversations.flatMap((conversation) => findRows(conversation));
  const next = nextFocus(list, rows);
  const places = rows.map(() => document.createComment(""));
  rows.forEach((row, index) => row.replaceWith(places[index]));
  next?.focus();
  return () => {
    // Where the list was rendered again meanwhile, it has the row already.
    rows.forEach((row, index) => places[index].replaceWith(row));
    const [first] = conversations;
    list.querySelector(`li > chat-entry[data-conversation="${first}"] > [data-label]`)?.focus();
  };
}

function findRows(conversation) {
  return [...document.querySelectorAll(`li:has(> chat-entry[data-conversation="${conversation}"])`)];
}

/** The title below the removed rows of a list, else the one above, else the link to a new conversation. */
function nextFocus(list, removed) {
  const rows = [...list.querySelectorAll("li:has(> chat-entry)")];
  const last = rows.findLastIndex((row) => removed.includes(row));
  const candidates = [...rows.slice(last + 1), ...rows.slice(0, last).reverse()];
  const next = candidates.find((row) => !removed.includes(row));
  return next?.querySelector("[data-label]") ?? list.querySelector("[data-new]");
}
