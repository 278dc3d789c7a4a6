// What every page does: instants in the reader's own zone, messages, and requests that carry the
// CSRF token.

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** Write the `time` elements under an element in the reader's zone; the exact UTC is their title. */
export function localise(root = document) {
  for (const each of root.querySelectorAll("time[datetime]:not([title])")) {
    const at = new Date(each.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const today = at.toDateString() === new Date().toDateString();
    each.title = `${WHOLE.format(at)} (${each.dateTime})`;
    each.textContent = today ? TIME.format(at) : `${DAY.format(at)} ${TIME.format(at)}`;
  }
}

/** Say something to the reader, also to one who hears the page; `kind`: "good", "bad" or "". */
export function tell(text, kind = "", action = null) {
  const told = document.getElementById("told");
  const line = document.createElement("p");
  line.className = kind;
  line.append(text);
  if (action) line.append(" ", action);
  told.replaceChildren(line);
  clearTimeout(tell.timer);
  if (!action) tell.timer = setTimeout(() => line.remove(), 8000);
  return line;
}

/** Ask the server for something; the problem's own words when it is refused. */
export async function ask(address, { method = "GET", body, accept = "application/json", signal } = {}) {
  const headers = { Accept: accept };
  if (method !== "GET") headers["X-CSRF-Token"] = document.querySelector("meta[name=csrf-token]").content;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(address, {
    method, headers, signal, credentials: "same-origin",
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.status === 401) {
    // Not to /login: somebody may have signed out in another tab.
    location.assign(`/signed-out?next=${encodeURIComponent(location.pathname + location.search)}`);
    throw new Error("Your session has ended.");
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(problem.detail ?? `The server answered ${answer.status}.`), { problem });
  }
  const type = answer.headers.get("Content-Type") ?? "";
  return type.includes("json") ? answer.json() : answer.text();
}

/** Whether a key belongs to what is being typed, and is no hotkey. */
export function typing(event) {
  const at = event.target;
  return at instanceof Element && at.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;
}

// Forms that ask before they are sent: `data-confirm` is the question.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// Filters that are applied as soon as they are chosen.
document.addEventListener("change", (event) => {
  if (event.target.closest("form[data-apply]")) event.target.form.requestSubmit();
});

localise();
