/** The page with all turns of a conversation: it opens the browser's dialog as soon as all of it is there. */

import { ChatTime } from "./elements/chat-time.js";

customElements.define("chat-time", ChatTime);
document.querySelector("[data-print]").addEventListener("click", () => window.print());
window.addEventListener("load", () => window.print());
