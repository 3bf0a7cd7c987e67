/** The frames of one reply, across lost connections. */

import { addressOf } from "./page-data.js";
import { ConnectionLost, send } from "./requests.js";
import { parseEvents, readChunks } from "./sse.js";

/** The server sends something at least every 15 seconds. */
const MAX_SILENCE_SECONDS = 25;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;

/**
 * Yields the frames `{name, data}` of a reply: those of an open response, and of new ones whenever the connection is
 * lost before `end`. A title may come after `end`, within seconds. `reply` is the id of the reply, needed where no
 * response is given. `onConnectionLost` is called before each new attempt.
 * Throws ResponseError when the reply is no longer available, and ConnectionLost when the connection was lost before
 * `start`.
 */
export async function* readFrames(response, { reply = null, onConnectionLost = () => {} } = {}) {
  let hasEnded = false;
  for (let attempt = 0; ; attempt += 1) {
    try {
      response ??= await send("GET", addressOf("reply", reply), { stream: true });
      for await (const { name, data } of parseEvents(readChunks(response.body, MAX_SILENCE_SECONDS))) {
        // The snapshot comes with every connection, also where the end cannot be rendered.
        if (name !== "snapshot") attempt = 0;
        const frame = { name, data: JSON.parse(data) };
        reply = frame.data.reply ?? reply;
        hasEnded ||= name === "end";
        yield frame;
      }
    } catch (error) {
      const isTemporary = error instanceof ConnectionLost || error.status >= 500;
      if (!isTemporary) throw error;
    }
    if (hasEnded) return;
    if (reply === null) throw new ConnectionLost();
    response = null;
    onConnectionLost();
    await waitBeforeRetry(attempt);
  }
}

/** Wait longer after each attempt, but no longer than until the network or the reader is back. */
function waitBeforeRetry(attempt) {
  const maxPause = Math.min(FIRST_PAUSE_MS * 2 ** attempt, MAX_PAUSE_MS);
  return new Promise((resolve) => {
    const listeners = new AbortController();
    const finish = () => {
      listeners.abort();
      resolve();
    };
    setTimeout(finish, maxPause * (0.5 + Math.random() / 2));
    window.addEventListener("online", finish, { signal: listeners.signal });
    document.addEventListener("visibilitychange", finish, { signal: listeners.signal });
  });
}
