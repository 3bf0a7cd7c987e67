/**
 * Until the modules run, Enter in a question sends its form, as it does later, instead of adding a line to it.
 * The browser runs this before it shows the field, so keep it short.
 */
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
