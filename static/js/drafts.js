/** Text that was typed but not sent yet, and its files, kept in this browser until the server has the question. */

const PREFIX = "draft:";
const WRITE_DELAY_MS = 250;
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;

/** Between the open pages of this browser: the message says that the person has signed out. */
const signOuts = new BroadcastChannel("sign-out");
/** After a sign-out a page that is still open, or just being left, must not store its text again. */
let isSignedOut = false;
signOuts.addEventListener("message", () => (isSignedOut = true));

/** One person's draft of one question. `place`: the path of the conversation, or the id of the question edited. */
export class Draft {
  #key;
  #timer;

  constructor(owner, place) {
    this.#key = `${PREFIX}${owner}:${place}`;
  }

  /** The text, empty where there is none. */
  read() {
    return parseDraft(localStorage.getItem(this.#key))?.text ?? "";
  }

  /** The key that was stored with the text, if any. */
  readKey() {
    return parseDraft(localStorage.getItem(this.#key))?.key ?? "";
  }

  /** The files that were stored with the text, as `listFiles` lists them; null where there is no draft. */
  readFiles() {
    const draft = parseDraft(localStorage.getItem(this.#key));
    return draft && (draft.files ?? []);
  }

  /**
   * Keep a text with files; if there is neither, the draft is deleted. `key`: the idempotency key that it is to be sent
   * with.
   */
  write(text, { files = [], key = "" } = {}) {
    clearTimeout(this.#timer);
    if (isSignedOut) return;
    try {
      const draft = JSON.stringify({ text, files, key, at: Date.now() });
      if (text.trim() || files.length) localStorage.setItem(this.#key, draft);
      else localStorage.removeItem(this.#key);
    } catch {
      // The storage is full or not allowed. The page keeps the text as long as it is open.
    }
  }

  /** Keep a text that is being typed: it is written a short time after the last call. */
  writeSoon(text, { files }) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.write(text, { files }), WRITE_DELAY_MS);
  }
}

/** The person has signed in again: drafts may be stored. */
export function keepDrafts() {
  isSignedOut = false;
}

/** For a sign-out: delete the drafts, and store no more in any page that is open. */
export function deleteAllDrafts() {
  isSignedOut = true;
  signOuts.postMessage(null);
  for (const key of draftKeys()) localStorage.removeItem(key);
}

/** Delete the drafts that are older than 30 days, and what cannot be read. */
export function deleteOldDrafts() {
  for (const key of draftKeys()) {
    const draft = parseDraft(localStorage.getItem(key));
    if (!draft || Date.now() - draft.at > MAX_AGE_MS) localStorage.removeItem(key);
  }
}

function draftKeys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}

function parseDraft(value) {
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}
