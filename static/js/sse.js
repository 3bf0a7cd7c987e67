/**
 * Reads an event stream from the body of a fetch.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */

/** The events of a stream of byte chunks, wherever those are cut: `{name, data}`, data as text. */
export async function* events(chunks) {
  const decoder = new TextDecoder();
  let rest = "";
  let event = { name: "message", data: [] };
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line !== "") {
        field(event, line);
        continue;
      }
      if (event.data.length) yield { name: event.name, data: event.data.join("\n") };
      event = { name: "message", data: [] };
    }
  }
}

function field(event, line) {
  const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line);
  if (name === "data") event.data.push(value);
  if (name === "event") event.name = value;
}

/** The chunks of a body; throws when none has come for `seconds`, since a dead connection may stay silent for ever. */
export async function* chunksOf(body, seconds) {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await within(seconds, reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function within(seconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new TypeError("The stream is silent.")), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
