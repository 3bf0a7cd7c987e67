/** A React component that renders the blocks of a growing text, and only those again that have changed. */

import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { Streamdown } from "streamdown";

import { readDeltas, showPerFrame } from "./deltas.js";

globalThis.begin = async (message, token) => {
  const root = createRoot(document.getElementById("answer"));
  await showPerFrame(readDeltas(message, token), (text) => root.render(createElement(Streamdown, null, text)));
};
