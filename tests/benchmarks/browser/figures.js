/** What a page notes about itself while it is measured. Runs before its own scripts. */

globalThis.figures = {};
/** Forget what was noted so far. */
globalThis.resetFigures = () =>
  Object.assign(figures, { frames: 0, dropped: 0, shift: 0, keys: [], readable: 0 });
resetFigures();

const FRAME_MS = 1000 / 60;
const observe = (type, handle, options = {}) =>
  new PerformanceObserver((list) => list.getEntries().forEach(handle)).observe({ type, buffered: true, ...options });

observe("layout-shift", ({ value, hadRecentInput }) => (figures.shift += hadRecentInput ? 0 : value));
observe("event", ({ name, duration }) => name === "keydown" && figures.keys.push(duration), { durationThreshold: 16 });

let last = 0;
function countFrame(time) {
  const missed = last ? Math.round((time - last) / FRAME_MS) - 1 : 0;
  figures.frames += 1 + Math.max(missed, 0);
  figures.dropped += Math.max(missed, 0);
  last = time;
  requestAnimationFrame(countFrame);
}
requestAnimationFrame(countFrame);

/** When the last turn of a conversation, with its text, was in view and painted. */
function noteReadable() {
  const turn = [...document.querySelectorAll("article.assistant")].pop();
  const box = turn?.getBoundingClientRect();
  if (document.readyState === "loading" || !turn || box.bottom < 0 || box.top > innerHeight) requestAnimationFrame(noteReadable);
  else requestAnimationFrame(() => setTimeout(() => (figures.readable = performance.now())));
}
requestAnimationFrame(noteReadable);
