/** Requests from the page's scripts to this site, and the session that they need: that of the person the page was made for. */

import { dispatch } from "./events.js";
import { addressOf, translate } from "./page-data.js";

/** The statuses of requests without a session, and of those with the CSRF token of an earlier one. */
const SESSION_STATUSES = new Set([401, 403]);
const TOKEN_FIELDS = "[name=csrfmiddlewaretoken]";
let signIn = () => null;

/** The server has refused a request: `status` is the HTTP status, `message` the server's sentence, or empty. */
export class ResponseError extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/** There is no connection, or it was lost. */
export class ConnectionLost extends Error {}

/** Wait for what comes over the network. Throws ConnectionLost where the browser says so, by TypeError. */
export function load(promise) {
  return promise.catch((error) => {
    throw error instanceof TypeError ? new ConnectionLost() : error;
  });
}

/**
 * Send a request, with the fields of `form` and further `fields` as its body, and return the response.
 * `submitter`: the button of the form that was pressed. `stream`: the response is to be an event stream. `etag`: that of
 * an earlier response; where nothing has changed since, the status of this one is 304.
 * If the session has ended the person signs in, and the same request is sent again; what is only read again in the
 * background does without.
 * Throws ResponseError for a status from 400 on, ConnectionLost when there is no connection. Dispatches `refused` {code}
 * where the refusal has a code, for the part of the page that can do something about it.
 */
export async function send(method, url, options = {}) {
  const isWanted = method !== "GET" || options.stream;
  return receive(() => request(method, url, options), isWanted);
}

/**
 * Call `request()`, which returns a response, and return it as `send` does. If `isWanted`, and the session has ended, the
 * person signs in, and `request()` is called again.
 */
export async function receive(request, isWanted = true) {
  let response = await request();
  if (isWanted && SESSION_STATUSES.has(response.status)) {
    const outcome = await restoreSession();
    if (outcome === "other") throw new ResponseError(403, translate("other-person"));
    if (outcome === "restored") response = await request();
  }
  if (response.ok || response.status === 304) return response;
  const { error, code } = await readRefusal(response);
  if (code) dispatch("refused", { code });
  throw new ResponseError(response.status, error ?? "");
}

/** What the server expects in the headers of every request. */
export function baseHeaders() {
  // Every page with scripts has at least one form of its own.
  const token = document.querySelector(TOKEN_FIELDS)?.value ?? "";
  return { "X-Requested-With": "fetch", "X-CSRFToken": token };
}

/** `handle()` has the person sign in, and returns the new session, or null if they do not. */
export function onSessionEnd(handle) {
  signIn = handle;
}

/** The session that the browser has now, as {user, token}; null if there is none. */
export async function readSession() {
  const response = await request("GET", addressOf("session"));
  return response.ok ? response.json() : null;
}

async function request(method, url, { form, submitter = null, fields = {}, stream = false, etag = "" } = {}) {
  const headers = baseHeaders();
  if (stream) headers.Accept = "text/event-stream";
  if (etag) headers["If-None-Match"] = etag;
  const body = buildBody(form, submitter, fields);
  const response = await load(fetch(url, { method, headers, body, cache: "no-store" }));
  // Reading the body later cannot fail then.
  if (!stream || !response.ok) await load(response.clone().blob());
  return response;
}

/**
 * Restore the session after a request was refused because it has ended, or because the CSRF token is of an earlier one.
 * Returns "ended" if the person does not sign in, "other" if somebody else is signed in, else "restored".
 */
async function restoreSession() {
  const session = (await readSession()) ?? (await signIn());
  if (!session) return "ended";
  if (String(session.user) !== document.querySelector("sign-in-dialog").dataset.owner) return "other";
  for (const field of document.querySelectorAll(TOKEN_FIELDS)) field.value = session.token;
  return "restored";
}

/** Undefined where there is nothing to send. A field replaces that of the form with the same name. */
function buildBody(form, submitter, fields) {
  const entries = form ? [...new FormData(form, submitter)] : [];
  // Files are uploaded before: the form has their ids.
  const body = new URLSearchParams(entries.filter(([, value]) => typeof value === "string"));
  const added = new URLSearchParams(fields);
  // The CSRF token in the header is never older than the session.
  for (const name of ["csrfmiddlewaretoken", ...added.keys()]) body.delete(name);
  for (const [name, value] of added) body.append(name, value);
  return form || body.size ? body : undefined;
}

async function readRefusal(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { error: response.headers.get("Content-Type")?.startsWith("text/plain") ? text : "" };
  }
}

/** The sentence to show for an error that `send` has thrown. Throws every other error again. */
export function errorMessage(error) {
  if (error instanceof ResponseError) {
    if (error.status === 401) return translate("signed-out");
    // The page shows only what existed, so what is not found was deleted.
    if (error.status === 404) return translate("gone");
    return error.message || translate("failed");
  }
  if (error instanceof ConnectionLost) return translate("offline");
  throw error;
}

/** Run a change that a person asks for outside of the turns. Where it fails, the toast says why; returns whether it was made. */
export async function attempt(change) {
  try {
    await change();
    return true;
  } catch (error) {
    document.querySelector("chat-toast").show(errorMessage(error));
    return false;
  }
}

/** A new key that makes sending the same question twice harmless. (`randomUUID` needs TLS, this does not.) */
export function createKey() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
