/**
 * Deletes a person's drafts when they sign out. For every page with a form for that, those of the admin included, and
 * for the page that says that the account is deleted.
 */

import { deleteAllDrafts } from "./drafts.js";

for (const form of document.querySelectorAll("[data-sign-out], #logout-form")) {
  form.addEventListener("submit", deleteAllDrafts);
}
if (document.querySelector("[data-account-deleted]")) deleteAllDrafts();
