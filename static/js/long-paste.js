/** Offers to make a file of a long text that was pasted. The text stays in the field until the file is stored. */

import { attachFiles } from "./file-rows.js";
import { announce, translate } from "./page-data.js";

/** Offer it for the text that is being pasted into the field of a form, at `start`. */
export function offerFile(form, pasted, start) {
  const template = document.querySelector("template[data-long-paste]");
  const offer = template.content.firstElementChild.cloneNode(true);
  form.querySelector("[data-long-paste]")?.remove();
  form.querySelector("[data-files]").after(offer);
  announce(offer.querySelector("p").textContent);
  // As the field has it.
  const text = pasted.replaceAll(/\r\n?/g, "\n");
  const close = () => {
    offer.remove();
    form.elements.text.focus();
  };
  offer.querySelector("[data-keep]").addEventListener("click", close);
  offer.querySelector("[data-make-file]").addEventListener("click", () => {
    close();
    const file = new File([text], `${translate("pasted-text")}.txt`, { type: "text/plain" });
    attachFiles(form, [file], { onStored: () => removeText(form.elements.text, text, start) });
  });
}

/** A text that was changed since it was pasted stays: nothing that was typed may be lost. */
function removeText(field, text, start) {
  const place = field.value.startsWith(text, start) ? start : field.value.indexOf(text);
  if (place < 0) return;
  field.setRangeText("", place, place + text.length, "preserve");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
