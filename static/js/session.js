/** The session of the person whom the page was made for, and the CSRF token that its requests need. */

import { addressOf } from "./page-data.js";

const TOKEN_FIELDS = "[name=csrfmiddlewaretoken]";
let signIn = () => null;

/** `handle()` has the person sign in, and returns the new session, or null if they do not. */
export function onSessionEnd(handle) {
  signIn = handle;
}

/** Every page with scripts has at least one form of its own. */
export function csrfToken() {
  return document.querySelector(TOKEN_FIELDS)?.value ?? "";
}

/** The session that the browser has now, as {user, token}; null if there is none. */
export async function readSession() {
  const response = await fetch(addressOf("session"), { headers: { "X-Requested-With": "fetch" }, cache: "no-store" });
  return response.ok ? response.json() : null;
}

/**
 * Restore the session after a request was refused because it has ended, or because the CSRF token is of an earlier one.
 * Returns "ended" if the person does not sign in, "other" if somebody else is signed in, else "restored".
 */
export async function restoreSession() {
  const session = (await readSession()) ?? (await signIn());
  if (!session) return "ended";
  if (String(session.user) !== document.querySelector("sign-in-dialog").dataset.owner) return "other";
  for (const field of document.querySelectorAll(TOKEN_FIELDS)) field.value = session.token;
  return "restored";
}
