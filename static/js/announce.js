/** Have a screen reader say a sentence when it has finished what it is saying. */
export function announce(sentence) {
  const status = document.querySelector("[data-status]");
  if (status) status.textContent = sentence;
}
