/** The scripts of the chat pages. They add to plain forms, which work without them. */

import { deleteOldDrafts } from "./drafts.js";
import { ChatComposer } from "./elements/chat-composer.js";
import { ChatEntry } from "./elements/chat-entry.js";
import { ChatMenu } from "./elements/chat-menu.js";
import { ChatSidebar } from "./elements/chat-sidebar.js";
import { ChatThread } from "./elements/chat-thread.js";
import { ChatTime } from "./elements/chat-time.js";
import { ChatToast } from "./elements/chat-toast.js";
import { ChatToolbar } from "./elements/chat-toolbar.js";
import { ModelPicker } from "./elements/model-picker.js";
import { registerWorker } from "./html.js";
import "./sign-out.js";

deleteOldDrafts();
registerWorker();
customElements.define("chat-entry", ChatEntry);
customElements.define("chat-menu", ChatMenu);
customElements.define("chat-toast", ChatToast);
customElements.define("chat-sidebar", ChatSidebar);
customElements.define("model-picker", ModelPicker);
customElements.define("chat-composer", ChatComposer);
customElements.define("chat-thread", ChatThread);
customElements.define("chat-time", ChatTime);
customElements.define("chat-toolbar", ChatToolbar);
