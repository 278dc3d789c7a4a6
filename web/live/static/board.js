// The board: frames come at most four times a second; what has changed since the last is drawn.

import { typing } from "../pages/manifold.js";
import { BRANCHES, kindOf } from "./branches.js";
import { connect } from "./connection.js";

const find = (id) => document.getElementById(id);
const body = find("rows").tBodies[0];
const count = new Intl.NumberFormat();
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const SPOKEN = 20_000;

let paused = false, frame = null, drawing = 0, spoken = null;
const rows = new Map();

/** A text that is written only when it is another one. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function span(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "–";
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 100_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return milliseconds < 7_200_000 ? `${Math.round(milliseconds / 60_000)} min` : `${Math.round(milliseconds / 3_600_000)} h`;
}

function amount(row) {
  if (row.amount === null) return "–";
  // Decimal text is exact; a number of JavaScript's is not.
  const [whole, decimals] = row.amount.split(".");
  const text = `${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${decimals ?? "00"}`;
  return row.currency ? `${text} ${row.currency}` : text;
}

class Row {
  constructor(row) {
    this.element = document.createElement("tr");
    this.cells = Array.from({ length: 10 }, () => this.element.insertCell());
    this.link = document.createElement("a");
    this.cells[1].append(this.link);
    this.cells[3].className = this.cells[9].className = "number";
    this.cells[2].className = "mono small";
    this.pips = BRANCHES.map((_, place) => {
      const pip = document.createElement("span");
      pip.className = "pip";
      this.cells[4 + place].append(pip);
      return pip;
    });
    this.badge = document.createElement("span");
    this.cells[8].append(this.badge);
    this.told = "";
    this.element.className = "fresh";
    this.link.href = `/requests/${encodeURIComponent(row.id)}`;
    this.link.title = row.id;
  }

  draw(row) {
    const told = JSON.stringify(row);
    if (told === this.told) return;
    this.told = told;
    write(this.cells[0], row.uploaded_at ? clock.format(row.uploaded_at) : "–");
    write(this.link, row.number ?? (row.state === "READING" ? "being read …" : row.id.slice(0, 8)));
    write(this.cells[2], row.vendor ?? "–");
    write(this.cells[3], amount(row));
    BRANCHES.forEach((branch, place) => {
      const status = row.branches[branch], pip = this.pips[place];
      const text = status ?? (row.missing.includes(branch) ? "late" : "");
      if (pip.textContent === text && text) return;
      write(pip, text);
      pip.dataset.kind = kindOf(status);
      if (status) pip.classList.add("lit");
      if (!text) pip.setAttribute("aria-label", "no answer yet");
      else pip.removeAttribute("aria-label");
    });
    const word = row.status ?? row.state.toLowerCase();
    write(this.badge, word);
    this.badge.className = `badge badge-${word.toLowerCase()}`;
    write(this.cells[9], span(row.took_ms));
  }
}

function drawRows(shown) {
  const held = body.contains(document.activeElement);
  const wanted = new Set(shown.map((row) => row.id));
  if (!held) {
    for (const [id, row] of rows) {
      if (!wanted.has(id)) { row.element.remove(); rows.delete(id); }
    }
  }
  let before = null;
  for (const each of shown) {
    let row = rows.get(each.id);
    if (!row) {
      if (held) continue;
      row = new Row(each);
      rows.set(each.id, row);
    }
    row.draw(each);
    if (!held) {
      const place = before ? before.nextSibling : body.firstChild;
      if (place !== row.element) body.insertBefore(row.element, place);
      before = row.element;
    }
  }
  find("nothing").hidden = rows.size > 0;
}

const bars = new Map();
function drawBranches(answers) {
  for (const branch of BRANCHES) {
    const found = answers[branch] ?? {};
    const sums = { good: 0, warn: 0, bad: 0, unknown: 0 };
    for (const [status, many] of Object.entries(found)) sums[kindOf(status)] += many;
    const total = Object.values(sums).reduce((sum, each) => sum + each, 0);
    let bar = bars.get(branch);
    if (!bar) {
      const line = document.createElement("div");
      line.className = "share-of";
      const name = document.createElement("span");
      name.textContent = branch[0] + branch.slice(1).toLowerCase();
      const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      picture.setAttribute("preserveAspectRatio", "none");
      picture.setAttribute("viewBox", "0 0 100 10");
      picture.setAttribute("role", "img");
      const parts = Object.keys(sums).map((kind) => {
        const part = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        part.dataset.kind = kind;
        part.setAttribute("height", "10");
        picture.append(part);
        return part;
      });
      const number = document.createElement("span");
      number.className = "total";
      line.append(name, picture, number);
      find("branches").append(line);
      bar = { picture, parts, number };
      bars.set(branch, bar);
    }
    let left = 0;
    Object.entries(sums).forEach(([, many], place) => {
      const width = total ? (many / total) * 100 : 0;
      bar.parts[place].setAttribute("x", left.toFixed(2));
      bar.parts[place].setAttribute("width", width.toFixed(2));
      left += width;
    });
    const words = Object.entries(found).map(([status, many]) => `${status} ${count.format(many)}`).join(", ");
    bar.picture.setAttribute("aria-label", words || "no answers yet");
    bar.number.title = words;
    write(bar.number, count.format(total));
  }
}

/** A list of lines, each a text and a number. */
function drawList(list, lines) {
  while (list.children.length > lines.length) list.lastElementChild.remove();
  lines.forEach(([text, many], place) => {
    let line = list.children[place];
    if (!line) {
      line = document.createElement("li");
      line.append(document.createElement("span"), document.createElement("strong"));
      list.append(line);
    }
    write(line.firstElementChild, text);
    write(line.lastElementChild, count.format(many));
  });
}

function drawFlows(flows, problem) {
  find("flows-card").hidden = flows === undefined;
  if (flows === undefined) return;
  find("flows-problem").hidden = !problem;
  write(find("flows-problem"), problem ?? "");
  const table = find("flows").tBodies[0];
  while (table.rows.length > flows.length) table.deleteRow(-1);
  flows.forEach((flow, place) => {
    let line = table.rows[place];
    if (!line) {
      line = table.insertRow();
      for (let cell = 0; cell < 5; cell += 1) line.insertCell().className = cell > 0 && cell < 4 ? "number" : "";
      line.cells[4].append(document.createElement("span"));
    }
    write(line.cells[0], flow.flow);
    write(line.cells[1], flow.per_second === null ? "–" : count.format(flow.per_second));
    write(line.cells[2], count.format(flow.lag));
    write(line.cells[3], flow.lag ? span(flow.seconds * 1000) : "–");
    const badge = line.cells[4].firstElementChild, word = flow.state ?? "…";
    write(badge, word);
    const kind = { OK: "ok", WARN: "warn" }[flow.state] ?? (flow.state ? "error" : "none");
    badge.className = `badge badge-${kind}`;
  });
}

function draw() {
  drawing = 0;
  if (!frame || paused) return;
  const told = frame, decided = told.decided, all = Object.values(decided).reduce((sum, each) => sum + each, 0);
  write(find("in-rate"), count.format(told.per_second.uploaded));
  write(find("out-rate"), count.format(told.per_second.decided));
  write(find("p50"), span(told.latency_ms.p50));
  write(find("p95"), `95 % within ${span(told.latency_ms.p95)}`);
  for (const [id, status] of [["approved", "APPROVED"], ["review", "REVIEW"], ["rejected", "REJECTED"]]) {
    const many = decided[status] ?? 0;
    write(find(id), count.format(many));
    write(find(`${id}-share`), all ? `${((many / all) * 100).toFixed(1)} % of ${count.format(all)}` : "");
  }
  write(find("since"), clock.format(told.since));
  write(find("sample"), told.not_shown ? `A sample: ${count.format(told.uploaded - told.not_shown)} of ${count.format(told.uploaded)} received were shown` : "");
  drawRows(told.rows);
  drawBranches(told.answers);
  find("unable-card").hidden = told.unable.length === 0;
  drawList(find("unable"), told.unable.map((each) => [`${each.branch.toLowerCase()}: ${each.reason}`, each.count]));
  drawFlows(told.flows, told.flows_problem);
  find("letters-card").hidden = told.letters === undefined;
  const letters = Object.entries(told.letters ?? {});
  find("letters-none").hidden = letters.length > 0;
  drawList(find("letters"), letters.map(([reason, many]) => [reason.replaceAll("_", " "), many]));
  say(told, all);
}

/** Now and then in one sentence, for those who hear the page: not every frame. */
function say(told, decided) {
  const now = performance.now();
  if (!spoken) { spoken = { at: now, uploaded: told.uploaded, decided }; return; }
  if (now - spoken.at < SPOKEN) return;
  const came = told.uploaded - spoken.uploaded, done = decided - spoken.decided;
  spoken = { at: now, uploaded: told.uploaded, decided };
  if (came || done) write(find("said"), `${count.format(came)} received and ${count.format(done)} decided in the last ${SPOKEN / 1000} seconds.`);
}

const WORDS = {
  connecting: "Connecting …", live: "Live", away: "Connection lost; trying again",
  forbidden: "You may not see this", paused: "Paused",
};
let state = "connecting";
function show() {
  const shown = paused && state === "live" ? "paused" : state;
  find("link").dataset.state = shown;
  write(find("link-text"), WORDS[shown]);
}

function pause() {
  paused = !paused;
  find("pause").setAttribute("aria-pressed", String(paused));
  write(find("pause-text"), paused ? "Go on" : "Pause");
  show();
  draw();
}

function move(step) {
  const links = [...body.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
}

find("pause").addEventListener("click", pause);
document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "p") pause();
  else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "Escape" && body.contains(document.activeElement)) document.activeElement.blur();
});

connect("/live", [{ subscribe: "board" }], {
  onMessage(message) {
    if (message.type !== "board") return;
    frame = message;
    // A page that nobody looks at draws nothing.
    if (!drawing) drawing = requestAnimationFrame(draw);
  },
  onState(now) { state = now; show(); },
});
