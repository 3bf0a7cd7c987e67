/** Fetches turns that the page does not show yet, as the server renders them. */

import { parseHTML } from "./html.js";
import { ResponseError, send } from "./requests.js";

/** The page of turns at an address: the articles and the link to older ones, as a fragment. Throws as `send` does. */
export async function fetchPage(address) {
  const response = await send("GET", address);
  return parseHTML(await response.text());
}

/** The articles of the turns at an address. Throws as `send` does. */
export async function fetchTurns(address) {
  return [...(await fetchPage(address)).querySelectorAll("article")];
}

/**
 * The articles of the turns from the turn `id` on, from the page at an address and the older ones to which it leads.
 * Throws as `send` does, and ResponseError when the turn is not among them.
 */
export async function fetchTurnsFrom(id, address) {
  const turns = [];
  for (let next = address; next; ) {
    const page = await fetchPage(next);
    turns.unshift(...page.querySelectorAll("article"));
    const index = turns.findIndex((turn) => turn.dataset.turn === id);
    if (index >= 0) return turns.slice(index);
    next = page.querySelector(".older a")?.href;
  }
  throw new ResponseError(404, "");
}
