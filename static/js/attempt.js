/** Changes that a person asks for outside of the turns. */

import { errorMessage } from "./requests.js";

/** Run a change. Where it fails, the toast says why; returns whether it was made. */
export async function attempt(change) {
  try {
    await change();
    return true;
  } catch (error) {
    document.querySelector("chat-toast").show(errorMessage(error));
    return false;
  }
}
