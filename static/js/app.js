/** The scripts of the chat pages. They add to plain forms, which work without them. */

import { watchConnection } from "./connection.js";
import { deleteOldDrafts } from "./drafts.js";
import { ChatComposer } from "./elements/chat-composer.js";
import { ChatEntry } from "./elements/chat-entry.js";
import { ChatMenu } from "./elements/chat-menu.js";
import { ChatSearch } from "./elements/chat-search.js";
import { ChatSelection } from "./elements/chat-selection.js";
import { ChatSidebar } from "./elements/chat-sidebar.js";
import { ChatState } from "./elements/chat-state.js";
import { ChatThread } from "./elements/chat-thread.js";
import { ChatTime } from "./elements/chat-time.js";
import { ChatToast } from "./elements/chat-toast.js";
import { ChatToolbar } from "./elements/chat-toolbar.js";
import { CommandPalette } from "./elements/command-palette.js";
import { KeyHelp } from "./elements/key-help.js";
import { ModelPicker } from "./elements/model-picker.js";
import { NotifyButton } from "./elements/notify-button.js";
import { QuestionQueue } from "./elements/question-queue.js";
import { SignInDialog } from "./elements/sign-in-dialog.js";
import { registerWorker } from "./html.js";
import { listenForShortcuts, onShortcut } from "./keys.js";
import { notifyOfEnds } from "./notifications.js";
import "./sign-out.js";
import { listenForStarters } from "./starters.js";

deleteOldDrafts();
notifyOfEnds();
registerWorker();
customElements.define("chat-entry", ChatEntry);
customElements.define("chat-menu", ChatMenu);
customElements.define("chat-toast", ChatToast);
customElements.define("chat-search", ChatSearch);
customElements.define("chat-sidebar", ChatSidebar);
customElements.define("model-picker", ModelPicker);
customElements.define("key-help", KeyHelp);
customElements.define("command-palette", CommandPalette);
customElements.define("sign-in-dialog", SignInDialog);
customElements.define("question-queue", QuestionQueue);
customElements.define("chat-composer", ChatComposer);
customElements.define("chat-thread", ChatThread);
customElements.define("chat-time", ChatTime);
customElements.define("chat-toolbar", ChatToolbar);
customElements.define("chat-state", ChatState);
customElements.define("chat-selection", ChatSelection);
customElements.define("notify-button", NotifyButton);
watchConnection();
listenForStarters();
onShortcut("new", () => document.querySelector("a[data-new]").click());
onShortcut("search", () => focusVisible(document.querySelector(".sidebar [name=q]")));
onShortcut("focus-composer", () => focusVisible(document.getElementById("question")));
listenForShortcuts();

/** Focus an element; returns false if it is missing or hidden. */
function focusVisible(element) {
  if (!element?.checkVisibility({ visibilityProperty: true })) return false;
  element.focus();
}
