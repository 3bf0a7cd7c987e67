/** The sentences that scripts show, as the server translates them: see conversations/_translations.html. */

/** The sentence `name`, with `value` in the place of its `%s`; empty where the page has no such sentence. */
export function translate(name, value = "") {
  const sentence = document.getElementById("translations")?.getAttribute(`data-${name}`) ?? "";
  return sentence.replace("%s", () => value);
}
