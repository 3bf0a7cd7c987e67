/** <sign-in-dialog>: signs a person in without leaving the page, with the form of the sign-in page. */

import { keepDrafts } from "../drafts.js";
import { parseHTML } from "../html.js";
import { addressOf } from "../page-data.js";
import { errorMessage, load, readSession } from "../requests.js";

/** The forms whose text is being sent. */
const SENT_FORMS = "#composer[aria-busy=true], :is([data-ask=edit], [data-ask=queued])[inert]";

export class SignInDialog extends HTMLElement {
  #dialog;
  /** While the dialog is open: the promise of the session, and the function that resolves it. */
  #promise = null;
  #resolve;

  connectedCallback() {
    this.#dialog = this.querySelector("dialog");
    this.#dialog.addEventListener("close", () => this.#resolve(null));
    this.querySelector("[data-close]").addEventListener("click", () => this.#dialog.close());
    this.addEventListener("submit", (event) => this.#handleSubmit(event));
    window.addEventListener("focus", () => this.#promise && this.#findSession());
  }

  /** Returns the new session, as `readSession` does; null if the person closes the dialog. */
  signIn() {
    this.#promise ??= this.#open().finally(() => (this.#promise = null));
    return this.#promise;
  }

  async #open() {
    const session = new Promise((resolve) => (this.#resolve = resolve));
    this.querySelector("[data-elsewhere]").hidden = true;
    this.querySelector("[data-sending]").hidden = !document.querySelector(SENT_FORMS);
    this.#dialog.showModal();
    await this.#send({ method: "GET" });
    return session;
  }

  async #handleSubmit(event) {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(event.target));
    body.set("next", addressOf("session"));
    await this.#send({ method: "POST", body });
  }

  async #send(request) {
    this.#showProblem("");
    try {
      const headers = { "X-Requested-With": "fetch" };
      await this.#receive(await load(fetch(addressOf("login"), { ...request, headers })));
    } catch (error) {
      this.#showProblem(errorMessage(error));
    }
  }

  /** The response is the session, a refusal, the form again, or a page for another step, such as a second factor. */
  async #receive(response) {
    if (response.headers.get("Content-Type")?.startsWith("application/json")) {
      const content = await load(response.json());
      if (response.ok) this.#finish(content);
      else this.#showProblem(content.error);
      return;
    }
    const form = parseHTML(await load(response.text())).querySelector(`form[action="${addressOf("login")}"]`);
    if (form) this.#showForm(form);
    else if (!(await this.#findSession())) this.#offerOtherTab(response.url);
  }

  #showForm(form) {
    form.elements.login.value ||= this.dataset.email;
    // The page stays open, with what was written in it.
    for (const link of form.querySelectorAll("a")) link.target = "_blank";
    this.querySelector("[data-form]").replaceChildren(form);
    form.elements.password.focus();
  }

  #offerOtherTab(address) {
    this.querySelector("[data-form]").replaceChildren();
    const line = this.querySelector("[data-elsewhere]");
    line.hidden = false;
    line.querySelector("a").href = address;
  }

  /** Use the session of another tab, where there is one. Returns it, or null. */
  async #findSession() {
    const session = await readSession().catch(() => null);
    if (session) this.#finish(session);
    return session;
  }

  #finish(session) {
    keepDrafts();
    this.#resolve(session);
    this.#dialog.close();
  }

  #showProblem(sentence) {
    this.querySelector("[data-refusal]").textContent = sentence;
  }
}
