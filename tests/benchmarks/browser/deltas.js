/** The pieces of a reply, as the API sends them to the pages that render Markdown in the browser. */

import { parseEvents, readChunks } from "../../../static/js/sse.js";

/** Yields the pieces of text of the reply to a question. */
export async function* readDeltas(message, token) {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const response = await fetch("/api/chat", { method: "POST", headers, body: JSON.stringify({ message }) });
  if (!response.ok) throw new Error(await response.text());
  for await (const { data } of parseEvents(readChunks(response.body, 60))) {
    if (data !== "[DONE]") yield JSON.parse(data).text ?? "";
  }
}

/** Have `show(text)` called with the whole text so far, once per frame, and keep the end in view. */
export async function showPerFrame(deltas, show) {
  let text = "";
  let isScheduled = false;
  const showFrame = () => {
    isScheduled = false;
    show(text);
    scrollTo(0, document.documentElement.scrollHeight);
  };
  for await (const delta of deltas) {
    text += delta;
    if (!isScheduled) requestAnimationFrame(showFrame);
    isScheduled = true;
  }
}
