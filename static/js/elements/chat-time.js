/** <chat-time>: shows the time in it in the reader's time zone. Without scripts it is in the server's, and says so. */

const LOCALE = document.documentElement.lang;
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DATE = { day: "numeric", month: "short" };
const EXACT = { weekday: "long", day: "numeric", month: "long", year: "numeric", ...TIME, second: "2-digit", timeZoneName: "short" };

export class ChatTime extends HTMLElement {
  connectedCallback() {
    const time = this.querySelector("time");
    // A page that shows turns is parsed while this runs.
    if (!time) return;
    const moment = new Date(time.dateTime);
    time.textContent = format(moment, withDate(moment));
    time.title = format(moment, EXACT);
  }
}

/** What to show of a moment: the date too unless it is today, and the year unless it is this one. */
function withDate(moment) {
  const today = new Date();
  if (moment.toDateString() === today.toDateString()) return TIME;
  return moment.getFullYear() === today.getFullYear() ? { ...DATE, ...TIME } : { ...DATE, year: "numeric", ...TIME };
}

function format(moment, options) {
  return new Intl.DateTimeFormat(LOCALE, options).format(moment);
}
