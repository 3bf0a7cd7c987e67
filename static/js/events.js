/**
 * The events through which the parts of the page work together. All are dispatched on the document.
 *
 * - `asked` {conversation, form}: the server has accepted the question of a form; `conversation` is its id.
 * - `running` {reply}: the reply with this id is being shown as it is written.
 * - `idle` {state}: no reply is being shown as it is written any more; `state` is that of the reply, if it is known.
 * - `waiting` {reply}: the reply with this id waits for a decision of the person; null: none does.
 * - `title` {conversation, title}: the conversation with this id has a new title.
 * - `state` {conversation}: what the open conversation is now, `{id, head, title, pinned, archived}`; null: it was deleted.
 * - `edit`: the last question is to be edited.
 * - `insert` {text, files}: a text is to be put into the composer, before what is there, and files, if there are any.
 * - `refused` {code}: the server has refused a request, with a code that says why.
 */

export function dispatch(name, detail = {}) {
  document.dispatchEvent(new CustomEvent(`chat:${name}`, { detail }));
}

/** Call `handler` with the detail of each event of this name. */
export function listen(name, handler) {
  document.addEventListener(`chat:${name}`, (event) => handler(event.detail));
}
