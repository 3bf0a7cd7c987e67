/** The scripts of the page: they add to what works as plain forms. */

import { forgetDrafts } from "./drafts.js";
import { ChatComposer } from "./elements/composer.js";
import { ChatSidebar } from "./elements/sidebar.js";
import { ChatThread } from "./elements/thread.js";

forgetDrafts();
document.querySelector("[data-sign-out]")?.addEventListener("submit", () => forgetDrafts({ all: true }));
customElements.define("chat-sidebar", ChatSidebar);
customElements.define("chat-composer", ChatComposer);
customElements.define("chat-thread", ChatThread);
