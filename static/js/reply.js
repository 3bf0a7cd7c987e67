/** The frames of one reply, across lost connections. */

import { addressOf } from "./addresses.js";
import { Refusal, send } from "./net.js";
import { chunksOf, events } from "./sse.js";

/** The server sends a sign of life every 15 seconds. */
const SILENCE_SECONDS = 25;
const LONGEST_PAUSE = 10_000;

/**
 * Frames from an open response, then from new ones whenever the connection is lost, until `end`.
 * `reply` is needed where the response does not begin with `start`; `onLost` is called before each new attempt.
 * Throws Refusal when the reply is no longer to be had, TypeError when the first connection broke before `start`.
 */
export async function* framesOf(response, { reply = null, onLost = () => {} } = {}) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      response ??= await send("GET", addressOf("reply", reply), { stream: true });
      for await (const { name, data } of events(chunksOf(response.body, SILENCE_SECONDS))) {
        attempt = 0;
        const frame = { name, data: JSON.parse(data) };
        reply = frame.data.reply ?? reply;
        yield frame;
        if (name === "end") return;
      }
    } catch (error) {
      const final = error instanceof Refusal ? error.status < 500 : !(error instanceof TypeError);
      if (final || reply === null) throw error;
    }
    response = null;
    onLost();
    await pause(attempt);
  }
}

/** Wait longer each time, but no longer once the network or the reader is back. */
function pause(attempt) {
  const longest = Math.min(500 * 2 ** attempt, LONGEST_PAUSE);
  return new Promise((resolve) => {
    const stop = new AbortController();
    const done = () => {
      stop.abort();
      resolve();
    };
    setTimeout(done, longest * (0.5 + Math.random() / 2));
    window.addEventListener("online", done, { signal: stop.signal });
    document.addEventListener("visibilitychange", done, { signal: stop.signal });
  });
}
