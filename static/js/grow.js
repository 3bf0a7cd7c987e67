/** Has a field grow with its text where the browser does not: see `field-sizing` in composer.css. */
export function growWithText(field) {
  if (CSS.supports("field-sizing", "content")) return;
  const grow = () => {
    field.style.setProperty("block-size", "auto");
    field.style.setProperty("block-size", `${field.scrollHeight}px`);
  };
  field.addEventListener("input", grow);
  grow();
}
