/** A client as tutorials write it, for POST /api/chat: read, split on blank lines, parse, append, stop at [DONE]. */

const output = document.querySelector("#output");
const stop = document.querySelector("#stop");

async function chat(message) {
  const aborter = new AbortController();
  stop.onclick = () => aborter.abort();
  const response = await fetch("/api/chat", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": document.body.dataset.csrf },
    body: JSON.stringify({ message }),
    signal: aborter.signal,
  });
  if (!response.ok) throw new Error((await response.json()).error);
  const reader = recut(response.body).getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return "closed";
    buffer += decoder.decode(value, { stream: true });
    const events = buffer.split("\n\n");
    buffer = events.pop();
    for (const event of events) {
      const data = event.replace("data: ", "");
      if (data === "[DONE]") return "done";
      const { text, error } = JSON.parse(data);
      if (error) throw new Error(error);
      output.textContent += text;
    }
  }
}

/** The worst network: each byte is a chunk, so that each character, JSON text and blank line is cut. */
function recut(body) {
  if (!document.body.dataset.recut) return body;
  const bytes = new TransformStream({
    transform: (chunk, controller) => chunk.forEach((byte) => controller.enqueue(Uint8Array.of(byte))),
  });
  return body.pipeThrough(bytes);
}

document.querySelector("form").onsubmit = async (event) => {
  event.preventDefault();
  try {
    document.title = await chat(event.target.elements.message.value);
  } catch (error) {
    document.title = error.name === "AbortError" ? "aborted" : "failed";
    document.querySelector("#error").textContent = error.message;
  }
};
