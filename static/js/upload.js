/** One file on its way to the server. */

import { addressOf } from "./page-data.js";
import { baseHeaders, ConnectionLost, receive } from "./requests.js";

/** A connection that is lost may stay silent for ever. The server reads a large document within this time. */
const MAX_SILENCE_MS = 60_000;

/**
 * Upload a file, and return the server's description of it: see views/files.py. `onProgress` is called with the share
 * that has been sent, from 0 to 1. Throws as `send` does, and AbortError when `signal` aborts it.
 */
export async function upload(file, { onProgress, signal }) {
  const response = await receive(() => request(file, { onProgress, signal }));
  return response.json();
}

/** Fetch does not tell how much has been sent. */
function request(file, { onProgress, signal }) {
  signal.throwIfAborted();
  const body = new FormData();
  body.append("file", file, file.name);
  const xhr = new XMLHttpRequest();
  let timer;
  const expectProgress = () => {
    clearTimeout(timer);
    timer = setTimeout(() => xhr.abort(), MAX_SILENCE_MS);
  };
  return new Promise((resolve, reject) => {
    xhr.open("POST", addressOf("files", ""));
    for (const [name, value] of Object.entries(baseHeaders())) xhr.setRequestHeader(name, value);
    xhr.upload.addEventListener("progress", ({ loaded, total }) => {
      expectProgress();
      onProgress(loaded / total);
    });
    xhr.addEventListener("load", () => resolve(buildResponse(xhr)));
    // Also when it was aborted: `signal` knows whether it was the person.
    xhr.addEventListener("loadend", () => {
      clearTimeout(timer);
      reject(signal.aborted ? signal.reason : new ConnectionLost());
    });
    signal.addEventListener("abort", () => xhr.abort());
    expectProgress();
    xhr.send(body);
  });
}

function buildResponse(xhr) {
  const headers = { "Content-Type": xhr.getResponseHeader("Content-Type") ?? "" };
  return new Response(xhr.responseText, { status: xhr.status, headers });
}
