/**
 * Until the modules run, Enter in a question sends its form, as it does later, instead of adding a line to it.
 * The browser runs this before it shows the field, so keep it short.
 */
document.addEventListener("keydown", (event) => {
  const { form } = event.target;
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !form?.matches("[data-ask]")) return;
  // The custom element has handlers of its own. On a touch screen Enter adds a line.
  if (customElements.get("chat-composer") || matchMedia("(pointer: coarse) and (hover: none)").matches) return;
  event.preventDefault();
  if (event.target.value.trim()) form.requestSubmit();
});
