/** The scripts of the page: they add to what works as plain forms. */

import { forgetDrafts } from "./drafts.js";
import { ChatComposer } from "./elements/composer.js";
import { ChatEntry } from "./elements/entry.js";
import { ChatMenu } from "./elements/menu.js";
import { ModelPicker } from "./elements/picker.js";
import { ChatSidebar } from "./elements/sidebar.js";
import { ChatThread } from "./elements/thread.js";
import { ChatToast } from "./elements/toast.js";

forgetDrafts();
document.querySelector("[data-sign-out]")?.addEventListener("submit", () => forgetDrafts({ all: true }));
customElements.define("chat-entry", ChatEntry);
customElements.define("chat-menu", ChatMenu);
customElements.define("chat-toast", ChatToast);
customElements.define("chat-sidebar", ChatSidebar);
customElements.define("model-picker", ModelPicker);
customElements.define("chat-composer", ChatComposer);
customElements.define("chat-thread", ChatThread);
