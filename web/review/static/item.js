// One item: values by keyboard, the document beside them, an answer that can be taken back.
import { ask, localise, tell, typing } from "../pages/manifold.js";
import { follow } from "./answered.js";
import { Paper } from "./paper.js";
import { value } from "./values.js";

const item = document.getElementById("item");
const base = `/review/${item.dataset.request}`;
const query = item.dataset.query ? `?${item.dataset.query}` : "";
const mine = item.dataset.mine === "yes";
const inputs = [...document.querySelectorAll("[data-fields] :is(input, textarea)")];
// As the browser holds them: it has its own ways with white space, and that is no correction.
const read = new Map(inputs.map((each) => [each, each.value]));
const doubtful = inputs.filter((each) => "doubtful" in each.dataset);
const reason = document.getElementById("reason");
const rejecting = document.getElementById("reject");
const postponing = document.getElementById("postpone");
const giving = document.getElementById("give");
const help = document.getElementById("help");
let last = null;
let sending = false;

const paper = new Paper(item, (text, behind) => {
  if (!last || last.readOnly) return;
  const found = value(text, last.dataset.kind);
  last.value = behind && last.value ? `${last.value} ${found}` : found;
  last.focus();
  last.dispatchEvent(new Event("input", { bubbles: true }));
});

// Values ---------------------------------------------------------------------------------------

function changes() {
  return Object.fromEntries(inputs.filter((each) => each.value.trim() !== read.get(each).trim()).map((each) => [each.name, each.value]));
}

function next() {
  const at = doubtful.indexOf(document.activeElement);
  if (at >= 0) document.activeElement.closest(".field").classList.add("checked");
  const left = doubtful.filter((each) => !each.closest(".field").classList.contains("checked"));
  const count = document.getElementById("left");
  if (count) count.textContent = left.length || "all looked at";
  const to = doubtful.slice(at + 1).find((each) => left.includes(each)) ?? left[0];
  if (to) { to.focus(); to.select(); } else (reason ?? document.getElementById("main")).focus();
}

function note(input) {
  input.classList.toggle("changed", input.value.trim() !== read.get(input).trim());
  offer();
}

/** What can be answered: what is approved already by this person can only be corrected. */
function offer() {
  const label = document.getElementById("approve-label");
  if (label) label.textContent = Object.keys(changes()).length ? "Send corrected" : "Approve";
  const approve = document.getElementById("approve");
  if (approve && "approved" in approve.dataset) approve.disabled = !Object.keys(changes()).length;
}

let checking = null;
let timer = 0;
async function check() {
  checking?.abort();
  checking = new AbortController();
  try {
    const found = await ask(`${base}/check`, { method: "POST", body: { changes: changes() }, signal: checking.signal });
    told(found);
  } catch (error) {
    if (error.name !== "AbortError") tell(error.message, "bad");
  }
}

function told({ problems, broken }) {
  for (const input of inputs) {
    const of = problems.find((each) => each.field === input.name) ?? (broken ?? []).find((each) => each.field === input.name && each.severity !== "INFO");
    input.toggleAttribute("aria-invalid", false);
    if (problems.some((each) => each.field === input.name)) input.setAttribute("aria-invalid", "true");
    const line = input.closest(".field")?.querySelector("[data-broken]");
    if (line) { line.hidden = !of; line.textContent = of?.message ?? ""; }
  }
  const sums = document.getElementById("sums");
  const list = document.getElementById("broken");
  const shown = broken ?? [];
  sums.hidden = broken === null;
  list.replaceChildren(...shown.map((each) => {
    const line = document.createElement("li");
    const badge = document.createElement("span");
    badge.className = `badge badge-${each.severity.toLowerCase()}`;
    badge.textContent = each.severity;
    const text = document.createElement("span");
    text.textContent = each.message;
    line.append(badge, text);
    return line;
  }));
  if (!shown.length) {
    const line = document.createElement("li");
    line.className = "good";
    line.textContent = problems.length ? "" : "All rules hold, the sums among them.";
    list.append(line);
  }
  sums.dataset.state = problems.length ? "unreadable" : "checked";
}

for (const input of inputs) {
  input.addEventListener("focus", () => { last = input; paper.show(input.name); });
  input.addEventListener("input", () => { note(input); clearTimeout(timer); timer = setTimeout(check, 200); });
}

// Answers --------------------------------------------------------------------------------------

async function doing(work) {
  if (sending) return;
  sending = true;
  try { await work(); } catch (error) {
    tell(error.message, "bad");
    const field = error.problem?.errors?.[0]?.field;
    inputs.find((each) => each.name === field)?.focus();
  } finally { sending = false; }
}

function go(address) { location.assign(address); }

function answer(outcome, why) {
  return doing(async () => {
    const body = { attempt: Number(item.dataset.attempt), revision: Number(item.dataset.revision), outcome, reason: why, changes: outcome === "APPROVED" ? changes() : {} };
    const given = await ask(`${base}/answer${query}`, { method: "POST", body });
    go(given.next);
  });
}

const actions = {
  approve() {
    if (!mine) return;
    if (!reason.value.trim()) { reason.focus(); tell("Say why, in a sentence.", "bad"); return; }
    if (document.getElementById("approve").disabled) { tell("You have approved it already: another person has to.", "bad"); return; }
    answer("APPROVED", reason.value);
  },
  reject() { if (mine) { rejecting.showModal(); document.getElementById("reject-reason").focus(); } },
  postpone() { if (mine) postponing.showModal(); },
  leave() {
    doing(async () => {
      if (mine) await ask(`${base}/release`, { method: "POST" });
      go(`/review${query}`);
    });
  },
  next() {
    doing(async () => {
      const but = `${query ? `${query}&` : "?"}but=${item.dataset.request}`;
      const { next: address } = await ask(`/review/next${but}`, { method: "POST" });
      if (mine) await ask(`${base}/release`, { method: "POST" });
      go(address);
    });
  },
  give() {
    if (!giving) return;
    giving.showModal();
    document.getElementById("give-to").select();
  },
  undo() { document.querySelector("[data-undo]")?.click(); },
  reread() { if (last) { last.value = read.get(last); note(last); check(); } },
  help() { help.showModal(); },
  "page-before"() { paper.turn(-1); },
  "page-after"() { paper.turn(1); },
  larger() { paper.scale(1); },
  smaller() { paper.scale(-1); },
};

document.addEventListener("click", (event) => {
  const name = event.target.closest("[data-do]")?.dataset.do;
  if (name) actions[name]();
});
document.getElementById("help-button").addEventListener("click", actions.help);
document.getElementById("actions")?.addEventListener("submit", (event) => { event.preventDefault(); actions.approve(); });
for (const form of document.querySelectorAll("[data-fields]")) form.addEventListener("submit", (event) => event.preventDefault());

rejecting.addEventListener("close", () => {
  const why = document.getElementById("reject-reason").value.trim();
  if (rejecting.returnValue === "reject" && why) answer("REJECTED", why);
  rejecting.returnValue = "";
});
rejecting.addEventListener("click", (event) => {
  const why = event.target.closest("[data-why]")?.dataset.why;
  if (why) { const into = document.getElementById("reject-reason"); into.value = why; into.focus(); }
});
postponing.addEventListener("close", () => {
  const minutes = Number(postponing.returnValue);
  postponing.returnValue = "";
  if (minutes) doing(async () => go((await ask(`${base}/postpone${query}`, { method: "POST", body: { minutes } })).next));
});

giving?.addEventListener("close", () => {
  const to = document.getElementById("give-to").value.trim();
  const given = giving.returnValue === "give" && to;
  giving.returnValue = "";
  if (!given) return;
  doing(async () => {
    await ask(`${base}/assign`, { method: "POST", body: { to } });
    // Whoever has taken it goes on with it; whoever has given it away, with the queue.
    go(mine ? `/review${query}` : location.href);
  });
});

const WITH_ALT = { r: "reject", p: "postpone", g: "give", u: "undo", n: "next", z: "reread", ArrowLeft: "page-before", ArrowRight: "page-after", "+": "larger", "=": "larger", "-": "smaller" };

document.addEventListener("keydown", (event) => {
  const open = document.querySelector("dialog[open]");
  if (open) { inDialog(open, event); return; }
  const field = event.target.closest?.("[data-fields] :is(input, textarea)");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) actions.approve();
  else if (event.altKey && WITH_ALT[event.key]) actions[WITH_ALT[event.key]]();
  else if (event.key === "F1" || (event.key === "?" && !typing(event))) actions.help();
  else if (event.key === "Escape") actions.leave();
  else if (event.key === "n" && !mine && !typing(event)) actions.next();
  else if (field && event.key === "Enter" && !event.shiftKey) next();
  else if (event.key === "Tab" && !event.shiftKey && doubtful.includes(field)) next();
  else return;
  event.preventDefault();
});

function inDialog(open, event) {
  if (open === rejecting) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (document.getElementById("reject-reason").reportValidity()) rejecting.close("reject");
    } else if (event.altKey && /^[1-9]$/.test(event.key)) {
      event.preventDefault();
      rejecting.querySelectorAll("[data-why]")[Number(event.key) - 1]?.click();
    }
  } else if (open === postponing && /^[1-9]$/.test(event.key)) {
    event.preventDefault();
    postponing.querySelectorAll(".quick button")[Number(event.key) - 1]?.click();
  }
}

// Whoever works keeps the item; whoever does nothing loses it in time ----------------------------

let active = false;
for (const kind of ["keydown", "pointerdown", "wheel"]) document.addEventListener(kind, () => { active = true; }, { passive: true });
if (mine) {
  setInterval(async () => {
    if (!active) return;
    active = false;
    try {
      const { until } = await ask(`${base}/claim`, { method: "POST" });
      const time = document.querySelector("#claim time");
      if (time) { time.dateTime = new Date(until).toISOString(); time.removeAttribute("title"); localise(document.getElementById("claim")); }
    } catch (error) { tell(error.message, "bad"); }
  }, Math.min(60_000, Number(item.dataset.lease) / 4));
}

// Begin ------------------------------------------------------------------------------------------

follow(item);
if (mine) {
  if (doubtful.length) { doubtful[0].focus(); doubtful[0].select(); } else if (reason) { reason.focus(); reason.select(); }
  offer();
}
if (inputs.length) check();
if (item.dataset.document) paper.open();
