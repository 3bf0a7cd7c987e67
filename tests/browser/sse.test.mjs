/** The parser of event streams: run by `node --test`, from test_scripts.py. */

import assert from "node:assert/strict";
import test from "node:test";

import { readChunks, parseEvents } from "../../static/js/sse.js";

const STREAM = 'event: start\ndata: {"n": 1}\n\n: still here\n\ndata: {"text": "Grüße 🌊 – né"}\n\nevent: end\ndata: {}\n\n';
const SEEN = [
  { name: "start", data: '{"n": 1}' },
  { name: "message", data: '{"text": "Grüße 🌊 – né"}' },
  { name: "end", data: "{}" },
];

async function* pieces(text, ...cuts) {
  const bytes = new TextEncoder().encode(text);
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    yield bytes.slice(from, to);
    from = to;
  }
}

async function all(generator) {
  const found = [];
  for await (const each of generator) found.push(each);
  return found;
}

test("events are the same wherever the bytes are cut", async () => {
  const { length } = new TextEncoder().encode(STREAM);
  for (let cut = 0; cut <= length; cut += 1) assert.deepEqual(await all(parseEvents(pieces(STREAM, cut))), SEEN);
});

test("every byte may come by itself", async () => {
  const { length } = new TextEncoder().encode(STREAM);
  assert.deepEqual(await all(parseEvents(pieces(STREAM, ...Array(length).keys()))), SEEN);
});

test("lines may end in every way the format allows", async () => {
  for (const end of ["\r\n", "\r"]) {
    const stream = STREAM.replaceAll("\n", end) + end; // a lone return at the very end may still become a pair
    for (let cut = 0; cut <= stream.length; cut += 1) assert.deepEqual(await all(parseEvents(pieces(stream, cut))), SEEN);
  }
});

test("several lines of data are one text, and a colon may lack its space", async () => {
  const seen = await all(parseEvents(pieces("data:one\ndata: two\ndata\n\n")));
  assert.deepEqual(seen, [{ name: "message", data: "one\ntwo\n" }]);
});

test("an event that was cut off is not an event", async () => {
  assert.deepEqual(await all(parseEvents(pieces('data: {"half": '))), []);
});

test("a silent connection is given up", async () => {
  let cancelled = false;
  const body = new ReadableStream({ cancel: () => (cancelled = true) });
  await assert.rejects(all(readChunks(body, 0.02)), TypeError);
  assert.ok(cancelled);
});
