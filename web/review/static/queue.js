// The queue by keyboard: arrows choose, Enter opens, n takes the next one.
import { ask, tell, typing } from "../pages/manifold.js";
import { follow } from "./answered.js";

const rows = [...document.querySelectorAll("#queue tbody tr")];
const start = document.getElementById("start");
let chosen = -1;

function choose(index) {
  rows[chosen]?.removeAttribute("aria-selected");
  chosen = Math.max(0, Math.min(rows.length - 1, index));
  const row = rows[chosen];
  if (!row) return;
  row.setAttribute("aria-selected", "true");
  row.querySelector("a").focus();
  row.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "ArrowDown" || event.key === "j") choose(chosen + 1);
  else if (event.key === "ArrowUp" || event.key === "k") choose(chosen - 1);
  else if (event.key === "n" && start && !start.disabled) start.form.requestSubmit();
  else return;
  event.preventDefault();
});

start?.form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const { next } = await ask(start.form.action, { method: "POST" });
    location.assign(next);
  } catch (error) { tell(error.message, "bad"); }
});

// Enter starts, so that a day of reviews needs no mouse.
if (start && !start.disabled && document.activeElement === document.body) start.focus();

const given = document.getElementById("given");
if (given) follow(given);
document.addEventListener("keydown", (event) => {
  if (event.altKey && event.key === "u") document.querySelector("[data-undo]")?.click();
});
