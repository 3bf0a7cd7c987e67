/** What the page has for all scripts: addresses and sentences from the server, and a line for screen readers. */

/**
 * The address `name` of the conversation or message with this id, as the server writes it: see
 * conversations/_addresses.html.
 */
export function addressOf(name, id) {
  const { dataset } = document.getElementById("addresses");
  return dataset[name].replace(dataset.id, id);
}

/**
 * The sentence `name`, as the server translates it, with `value` in the place of its `%s`: see
 * conversations/_translations.html. Empty where the page has no such sentence.
 */
export function translate(name, value = "") {
  const sentence = document.getElementById("translations")?.getAttribute(`data-${name}`) ?? "";
  return sentence.replace("%s", () => value);
}

/** Have a screen reader say a sentence when it has finished what it is saying. */
export function announce(sentence) {
  const status = document.querySelector("[data-status]");
  if (status) status.textContent = sentence;
}
