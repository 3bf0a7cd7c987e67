/** What cannot wait for the modules. The browser runs this before it shows anything, so keep it short. */

// The fonts of text, italics and code: one that comes after the turns are laid out has all of them laid out again.
// Where one cannot be fetched, the browser uses a font of the system.
for (const font of ["1em Atkinson", "italic 1em Atkinson", "1em JetBrains"]) document.fonts.load(font).catch(() => null);

// Until the modules run, Enter in a question sends its form, as it does later, instead of adding a line to it.
document.addEventListener("keydown", (event) => {
  const { form } = event.target;
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !form?.matches("[data-ask]")) return;
  // The custom element has handlers of its own.
  if (customElements.get("chat-composer")) return;
  // Enter adds a line on a touch screen, and if the person wants that.
  if (document.documentElement.hasAttribute("data-enter-adds-line")) return;
  if (matchMedia("(pointer: coarse) and (hover: none)").matches) return;
  event.preventDefault();
  if (event.target.value.trim()) form.requestSubmit();
});
