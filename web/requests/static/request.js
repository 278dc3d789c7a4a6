// A request's page: it follows the request until it is decided, and reads its records when asked.

import { ask, localise, tell, typing } from "../pages/manifold.js";
import { follow } from "./following.js";

const find = (id) => document.getElementById(id);
const request = () => find("request");
const address = location.pathname.replace(/\/$/, "");
const PACE = 700;
let drawn = 0, waiting = 0, stop = null, link = "";

/** Fetch the page anew and put its middle into this one; not more often than the pace. */
async function refresh() {
  waiting = 0;
  drawn = performance.now();
  try {
    const text = await ask(address, { accept: "text/html" });
    const found = new DOMParser().parseFromString(text, "text/html").getElementById("request");
    if (!found) return;
    const focused = document.activeElement?.id;
    request().replaceWith(document.adoptNode(found));
    if (focused) find(focused)?.focus();
    localise(request());
    show();
  } catch (error) {
    tell(error.message, "bad");
  }
}

function soon() {
  if (!waiting) waiting = setTimeout(refresh, Math.max(0, PACE - (performance.now() - drawn)));
}

/** What has happened to the request. */
function progress(name, data) {
  if (name !== "progress") return;
  const told = JSON.parse(data);
  const now = told.status ? `Decided: ${told.status}, revision ${told.revision}.` : `Now ${told.state}.`;
  if (told.mark !== request().dataset.mark) {
    find("said").textContent = now;
    soon();
    // What is stored comes a moment after what happens.
    setTimeout(soon, 1500);
  }
  if (told.state === "decided") { stop(); link = ""; show(); }
}

function connection(state, seconds) {
  link = {
    connecting: "Connecting …",
    live: "Live",
    away: `Not live; again in ${seconds} s`,
    refused: "Not live: load the page again",
    ended: "",
  }[state];
  show();
}

function show() {
  const line = find("link");
  line.textContent = link;
  line.dataset.state = link === "Live" ? "live" : "";
}

async function records() {
  const button = find("records");
  button.disabled = true;
  try {
    const { records: found } = await ask(`${address}/records`);
    const shown = found.map((each, place) => {
      const box = document.createElement("details");
      box.className = "record";
      box.open = place === 0;
      const line = document.createElement("summary");
      line.textContent = `${each.topic} ${each.partition}:${each.offset}, ${each.bytes} bytes, ${each.written_at}`;
      const text = document.createElement("pre");
      text.tabIndex = 0;
      text.textContent = each.problem ?? JSON.stringify(each.record, null, 2);
      box.append(line, text);
      return box;
    });
    find("records-shown").replaceChildren(...shown);
    button.firstChild.textContent = "Read them again ";
  } catch (error) {
    tell(error.message, "bad");
  } finally {
    button.disabled = false;
  }
}

async function cancel() {
  if (!window.confirm("Cancel this request? It will be rejected; what it has reserved is given back.")) return;
  try {
    await ask(`${address}/cancel`, { method: "POST", body: {} });
    tell("It is being cancelled.", "good");
  } catch (error) {
    tell(error.message, "bad");
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#records")) records();
  if (event.target.closest("#cancel")) cancel();
});
document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "r") records();
});

if (request().dataset.state !== "decided") stop = follow(`${address}/events`, { onEvent: progress, onState: connection });
