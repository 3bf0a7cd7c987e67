/** The rows of conversations in the lists of a page: the sidebar, and the page of a list. */

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
