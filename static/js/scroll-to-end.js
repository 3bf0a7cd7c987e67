/** Shows the end of a conversation as soon as the browser has read its turns, before the modules are there. */
const thread = document.querySelector("chat-thread");
// An address with the id of a turn leads to that turn.
if (!location.hash.startsWith("#m-")) thread.scrollTop = thread.scrollHeight;
