/** Shows an image of a question or of a step in the page; the arrow keys show the others beside it. */

let links = [];
let index = 0;

const viewer = () => document.querySelector("dialog[data-viewer]");

/** Open the dialog with the image that a link leads to. When it closes, the link has the focus again. */
export function viewImage(link) {
  const dialog = viewer();
  if (!dialog.dataset.ready) addListeners(dialog);
  links = [...link.closest("ul").querySelectorAll("a[data-view]")];
  link.focus();
  dialog.showModal();
  show(links.indexOf(link));
}

function addListeners(dialog) {
  dialog.dataset.ready = "";
  dialog.addEventListener("keydown", handleKeydown);
  dialog.addEventListener("click", ({ target }) => {
    // The area around the image is the dialog itself.
    if (target === dialog || target.closest("[data-close]")) dialog.close();
    const step = target.closest("[data-step]")?.dataset.step;
    if (step) show(index + Number(step));
  });
  dialog.addEventListener("close", () => {
    dialog.querySelector("img").removeAttribute("src");
    links[index]?.focus();
  });
}

function handleKeydown(event) {
  const isRightToLeft = getComputedStyle(event.currentTarget).direction === "rtl";
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  show(index + (isRightToLeft ? -step : step));
}

/** Show the image at this place, beginning again after the last one. */
function show(place) {
  const dialog = viewer();
  index = (place + links.length) % links.length;
  const { href, dataset } = links[index];
  const image = dialog.querySelector("img");
  image.src = href;
  image.alt = dataset.view;
  dialog.querySelector("[data-file-name]").textContent = dataset.view;
  dialog.querySelector("[data-place]").textContent = links.length > 1 ? `${index + 1} / ${links.length}` : "";
  dialog.querySelector("a[download]").href = href.replace("?view", "");
  for (const button of dialog.querySelectorAll("[data-step]")) button.hidden = links.length < 2;
}
