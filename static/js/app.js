/** The scripts of the chat pages. They add to plain forms, which work without them. */

import { offerToRestoreDeleted } from "./actions.js";
import { showCitationsIn } from "./citations.js";
import { watchConnection } from "./connection.js";
import { deleteOldDrafts } from "./drafts.js";
import { ChatComposer } from "./elements/chat-composer.js";
import { ChatEntry } from "./elements/chat-entry.js";
import { ChatMenu } from "./elements/chat-menu.js";
import { ChatSidebar } from "./elements/chat-sidebar.js";
import { ChatState } from "./elements/chat-state.js";
import { ChatThread } from "./elements/chat-thread.js";
import { ChatTime } from "./elements/chat-time.js";
import { ChatToast } from "./elements/chat-toast.js";
import { ChatToolbar } from "./elements/chat-toolbar.js";
import { CommandPalette } from "./elements/command-palette.js";
import { ContextMeter } from "./elements/context-meter.js";
import { ModelPicker } from "./elements/model-picker.js";
import { NotifyButton, notifyOfEnds } from "./elements/notify-button.js";
import { QuestionQueue } from "./elements/question-queue.js";
import { listenForFiles } from "./files.js";
import { registerWorker } from "./html.js";
import { listenForShortcuts, onShortcut } from "./keys.js";
import { loadElement } from "./on-demand.js";
import { attempt, onSessionEnd } from "./requests.js";
import "./sign-out.js";

deleteOldDrafts();
notifyOfEnds();
registerWorker();
customElements.define("chat-entry", ChatEntry);
customElements.define("chat-menu", ChatMenu);
customElements.define("command-palette", CommandPalette);
customElements.define("chat-toast", ChatToast);
customElements.define("chat-sidebar", ChatSidebar);
customElements.define("model-picker", ModelPicker);
customElements.define("context-meter", ContextMeter);
customElements.define("question-queue", QuestionQueue);
customElements.define("chat-composer", ChatComposer);
customElements.define("chat-thread", ChatThread);
customElements.define("chat-time", ChatTime);
customElements.define("chat-toolbar", ChatToolbar);
customElements.define("chat-state", ChatState);
customElements.define("notify-button", NotifyButton);
watchConnection();
showCitationsIn(document.getElementById("citation"));
listenForFiles();
onShortcut("new", () => document.querySelector("a[data-new]").click());
onShortcut("search", () => focusVisible(document.querySelector(".sidebar [name=q]")));
onShortcut("focus-composer", () => focusVisible(document.getElementById("question")));
onShortcut("help", () => attempt(async () => (await loadElement("key-help")).open()));
listenForShortcuts();
onSessionEnd(async () => (await loadElement("sign-in-dialog")).signIn());
document.querySelector("chat-search").addEventListener("focusin", () => attempt(() => loadElement("chat-search")), { once: true });
for (const name of ["chat-selection", "tool-picker"]) if (document.querySelector(name)) attempt(() => loadElement(name));
offerToRestoreDeleted();

/** Focus an element; returns false if it is missing or hidden. */
function focusVisible(element) {
  if (!element?.checkVisibility({ visibilityProperty: true })) return false;
  element.focus();
}
