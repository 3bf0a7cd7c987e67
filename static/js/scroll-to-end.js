/** Scrolls to the end of a conversation when its turns have been parsed; <chat-thread> does so once the modules are there. */
{
  const thread = document.querySelector("chat-thread");
  // <chat-thread> shows the turn that an address names. A page without turns begins at its top.
  if (!location.hash.startsWith("#m-") && thread.querySelector("article")) thread.scrollTop = thread.scrollHeight;
}
