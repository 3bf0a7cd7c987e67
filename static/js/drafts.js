/** What somebody has begun to write, kept in this browser until the server has it. */

const PREFIX = "draft:";
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** The draft of one person in one conversation. Storage may be full or forbidden: then there is none. */
export class Draft {
  constructor(owner, place) {
    this.key = `${PREFIX}${owner}:${place}`;
  }

  read() {
    return parsed(localStorage.getItem(this.key))?.text ?? "";
  }

  write(text) {
    try {
      if (text.trim()) localStorage.setItem(this.key, JSON.stringify({ text, at: Date.now() }));
      else localStorage.removeItem(this.key);
    } catch {
      // The page keeps it as long as it is open.
    }
  }
}

/** Forget drafts: those that are old, or on signing out all of them. */
export function forgetDrafts({ all = false } = {}) {
  for (const key of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
    const draft = parsed(localStorage.getItem(key));
    if (all || !draft || Date.now() - draft.at > KEPT_MS) localStorage.removeItem(key);
  }
}

function parsed(value) {
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}
