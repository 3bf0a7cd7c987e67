/** The usual way: the whole text is rendered and sanitized again in each frame. */

import DOMPurify from "dompurify";
import { marked } from "marked";

import { readDeltas, showPerFrame } from "./deltas.js";

globalThis.begin = async (message, token) => {
  const answer = document.getElementById("answer");
  await showPerFrame(readDeltas(message, token), (text) => {
    answer.innerHTML = DOMPurify.sanitize(marked.parse(text));
  });
};
