/** Requests to this site, as its script sends them. */

import { word } from "./words.js";

/** A request was answered, but not with yes: `message` is the server's sentence. */
export class Refusal extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/**
 * Send a request; throws Refusal for a status from 400 on, TypeError when there is no connection.
 * `submitter`: the button of the form that was pressed. With `stream` the answer is an event stream. Dispatches
 * `chat:refused` {code} on the document where the refusal has a code, for the part of the page that can do something
 * about it.
 */
export async function send(method, url, { form, submitter = null, stream = false } = {}) {
  const headers = { "X-Requested-With": "fetch", "X-CSRFToken": csrfToken() };
  if (stream) headers.Accept = "text/event-stream";
  const body = form && new URLSearchParams(new FormData(form, submitter));
  const response = await fetch(url, { method, headers, body, credentials: "same-origin", cache: "no-store" });
  if (response.ok) return response;
  const { error, code } = await refusalOf(response);
  if (code) document.dispatchEvent(new CustomEvent("chat:refused", { detail: { code } }));
  throw new Refusal(response.status, error ?? "");
}

async function refusalOf(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { error: response.headers.get("Content-Type")?.startsWith("text/plain") ? text : "" };
  }
}

/** Every page with a script has at least one form of its own. */
function csrfToken() {
  return document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

/** What to say when a request failed. */
export function sentenceFor(error) {
  if (error instanceof Refusal) return error.status === 401 ? word("signed-out") : error.message || word("failed");
  if (error instanceof TypeError) return word("offline");
  throw error;
}

/** A key that makes sending the same question twice harmless. `randomUUID` needs TLS, this does not. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
