// Dead letters: choose, confirm, replay or discard.
import { ask, tell, typing } from "../pages/manifold.js";

const WORDS = {
  REPLAYED: ["Replay", "It goes back to its topic, for the one flow that could not use it.", "They go back to their topics, each for the one flow that could not use it."],
  DISCARDED: ["Discard", "It is marked as dealt with and stays readable.", "They are marked as dealt with and stay readable."],
};
const one = document.getElementById("letter")?.dataset.letter;
const boxes = [...document.querySelectorAll("input[name=letter]")];
const all = document.getElementById("all");
const confirm = document.getElementById("confirm");
let asked = null;

function chosen() { return one ? [one] : boxes.filter((each) => each.checked).map((each) => each.value); }

function count() {
  const number = chosen().length;
  document.getElementById("how-many").textContent = number ? `${number} chosen` : "None chosen";
  for (const button of document.querySelectorAll("#chosen button")) button.disabled = !number;
  all.checked = number > 0 && number === boxes.length;
  all.indeterminate = number > 0 && number < boxes.length;
}

function begin(action) {
  const letters = chosen();
  if (!letters.length) return;
  asked = { action, letters };
  const [word, single, many] = WORDS[action];
  document.getElementById("confirm-title").textContent = `${word} ${letters.length === 1 ? "this dead letter" : `${letters.length} dead letters`}?`;
  document.getElementById("confirm-text").textContent = letters.length === 1 ? single : many;
  document.getElementById("confirm-yes").textContent = word;
  confirm.showModal();
}

confirm.addEventListener("close", async () => {
  if (confirm.returnValue !== "yes" || !asked) return;
  confirm.returnValue = "";
  tell(asked.action === "REPLAYED" ? "replaying …" : "discarding …");
  try {
    const { done, before } = await ask("/letters/resolve", { method: "POST", body: asked });
    sessionStorage.setItem("told", `${done} ${asked.action.toLowerCase()}${before ? `, ${before} had been dealt with before` : ""}.`);
    location.reload();
  } catch (error) { tell(error.message, "bad"); }
});

document.addEventListener("click", (event) => {
  const action = event.target.closest("[data-action]")?.dataset.action;
  if (action) begin(action);
});
document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.altKey || event.metaKey || confirm.open) return;
  const action = { r: "REPLAYED", d: "DISCARDED" }[event.key];
  if (action && document.querySelector(`[data-action=${action}]:not(:disabled)`)) { begin(action); event.preventDefault(); }
});
if (all) {
  all.addEventListener("change", () => { for (const each of boxes) each.checked = all.checked; count(); });
  for (const each of boxes) each.addEventListener("change", count);
  count();
}
const told = sessionStorage.getItem("told");
if (told) { sessionStorage.removeItem("told"); tell(told, "good"); }
