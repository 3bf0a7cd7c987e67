/**
 * Reads an event stream from the body of a fetch.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */

import { load } from "./requests.js";

/** Yields the events `{name, data}` of a stream of byte chunks, wherever those are cut; `data` is text. */
export async function* parseEvents(chunks) {
  const decoder = new TextDecoder();
  let rest = "";
  let event = { name: "message", data: [] };
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line !== "") {
        addLine(event, line);
        continue;
      }
      if (event.data.length) yield { name: event.name, data: event.data.join("\n") };
      event = { name: "message", data: [] };
    }
  }
}

function addLine(event, line) {
  const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
  if (field === "data") event.data.push(value);
  if (field === "event") event.name = value;
}

/**
 * Yields the chunks of a body, until it ends or none has come for `seconds`: a connection that is lost may stay silent
 * for ever. Throws ConnectionLost.
 */
export async function* readChunks(body, seconds) {
  const reader = body.getReader();
  const cancel = () => reader.cancel().catch(() => {});
  let timer;
  try {
    for (;;) {
      timer = setTimeout(cancel, seconds * 1000);
      const { done, value } = await load(reader.read());
      clearTimeout(timer);
      if (done) return;
      yield value;
    }
  } finally {
    clearTimeout(timer);
    cancel();
  }
}
