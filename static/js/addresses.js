/** The addresses of conversations and messages, as the server writes them: see conversations/_addresses.html. */

/** The address `name` of the conversation or message with this id. */
export function addressOf(name, id) {
  const { dataset } = document.getElementById("addresses");
  return dataset[name].replace(dataset.id, id);
}
