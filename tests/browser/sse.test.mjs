/** The parser of event streams: run by `node --test`, from test_scripts.py. */

import assert from "node:assert/strict";
import test from "node:test";

import { parseEvents, readChunks } from "../../static/js/sse.js";

const STREAM = 'event: start\ndata: {"n": 1}\n\n: still here\n\ndata: {"text": "Grüße 🌊 – né"}\n\nevent: end\ndata: {}\n\n';
const EVENTS = [
  { name: "start", data: '{"n": 1}' },
  { name: "message", data: '{"text": "Grüße 🌊 – né"}' },
  { name: "end", data: "{}" },
];

/** The bytes of a text, cut at these places. */
async function* chunksOf(text, ...cuts) {
  const bytes = new TextEncoder().encode(text);
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    yield bytes.slice(from, to);
    from = to;
  }
}

async function readAll(generator) {
  const items = [];
  for await (const item of generator) items.push(item);
  return items;
}

test("events are the same wherever the bytes are cut", async () => {
  const { length } = new TextEncoder().encode(STREAM);
  for (let cut = 0; cut <= length; cut += 1) assert.deepEqual(await readAll(parseEvents(chunksOf(STREAM, cut))), EVENTS);
});

test("every byte may be a chunk of its own", async () => {
  const { length } = new TextEncoder().encode(STREAM);
  assert.deepEqual(await readAll(parseEvents(chunksOf(STREAM, ...Array(length).keys()))), EVENTS);
});

test("lines may end in every way the format allows", async () => {
  for (const end of ["\r\n", "\r"]) {
    const stream = STREAM.replaceAll("\n", end) + end; // a CR at the very end could still become CRLF
    for (let cut = 0; cut <= stream.length; cut += 1) assert.deepEqual(await readAll(parseEvents(chunksOf(stream, cut))), EVENTS);
  }
});

test("several lines of data are one text, and the space after the colon may be missing", async () => {
  const events = await readAll(parseEvents(chunksOf("data:one\ndata: two\ndata\n\n")));
  assert.deepEqual(events, [{ name: "message", data: "one\ntwo\n" }]);
});

test("an event without its blank line is left out", async () => {
  assert.deepEqual(await readAll(parseEvents(chunksOf('data: {"half": '))), []);
});

test("a silent connection is cancelled", async () => {
  let isCancelled = false;
  const body = new ReadableStream({ cancel: () => (isCancelled = true) });
  assert.deepEqual(await readAll(readChunks(body, 0.02)), []);
  assert.ok(isCancelled);
});
