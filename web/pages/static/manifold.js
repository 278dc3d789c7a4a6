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
    signInAgain();
    throw new Error("Your session has ended.");
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(problem.detail ?? `The server answered ${answer.status}.`), { problem });
  }
  const type = answer.headers.get("Content-Type") ?? "";
  return type.includes("json") ? answer.json() : answer.text();
}

const TYPED = "manifold.typed";

/** Lead to where one signs in again and comes back from, with what has been typed kept in this tab. */
export function signInAgain() {
  const where = location.pathname + location.search;
  const values = {};
  for (const each of document.querySelectorAll("#main :is(input, textarea)[id]")) {
    if (!/^(text|search|textarea)$/.test(each.type)) continue;
    if (each.value !== each.defaultValue) values[each.id] = each.value;
  }
  const kept = JSON.stringify({ where, who: who(), about: about(), values });
  try {
    if (Object.keys(values).length) sessionStorage.setItem(TYPED, kept);
  } catch { /* A browser that keeps nothing: then it is lost, as it was before. */ }
  // Not to /login: somebody may have signed out in another tab.
  location.assign(`/signed-out?ended=true&next=${encodeURIComponent(where)}`);
}

function who() { return document.querySelector(".who")?.textContent.trim() ?? ""; }

/** What is typed belongs to what was seen, such as one revision. */
function about() {
  const { attempt, revision } = document.querySelector("#main [data-revision]")?.dataset ?? {};
  return `${attempt}.${revision}`;
}

/** Put back what had been typed here when the session ended; for nobody else than who had typed it. */
function putBack() {
  if (!who()) return;
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(TYPED));
    sessionStorage.removeItem(TYPED);
  } catch { /* As above. */ }
  if (!kept || kept.who !== who() || kept.where !== location.pathname + location.search || kept.about !== about()) return;
  for (const [id, value] of Object.entries(kept.values)) {
    const into = document.getElementById(id);
    if (!into || into.readOnly) continue;
    into.value = value;
    into.dispatchEvent(new Event("input", { bubbles: true }));
  }
  tell("What you had typed is here again.", "good");
}

// After the page's own script, which has to see what was there before.
document.addEventListener("DOMContentLoaded", putBack);

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
