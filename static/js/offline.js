/** The page without a connection: when it is back, the browser loads the page that was wanted. */

window.addEventListener("online", () => location.reload());
