// What became of the last answer: it can be taken back for some seconds, then it is decided.
import { ask, tell } from "../pages/manifold.js";

const SAID = { APPROVED: "Approved", REJECTED: "Rejected", CORRECTED: "Correction sent" };
const EVERY = 500;
const LONGEST = 90_000;

/** Tell what becomes of the answer that an element names; `u` with Alt takes it back. */
export function follow(element) {
  const { said, outcome, due } = element.dataset;
  if (!said) return;
  const undo = document.createElement("button");
  undo.type = "button";
  undo.dataset.undo = "";
  undo.textContent = "Undo (Alt U)";
  undo.addEventListener("click", async () => {
    try {
      const { next } = await ask(`/review/answers/${said}/undo`, { method: "POST" });
      location.assign(next);
    } catch (error) { tell(error.message, "bad"); }
  });
  const line = tell(`${SAID[outcome]}.`, "good", undo);
  line.dataset.state = "waiting";
  const began = Date.now();
  const look = async () => {
    let found;
    try { found = await ask(`/review/answers/${said}`); } catch { return; }
    if (found.state === "decided" && found.final) {
      const counted = found.status === "REVIEW" && outcome === "APPROVED" ? "Noted: another person has to approve it, too" : `${found.status}, revision ${found.revision} of attempt ${found.attempt}`;
      tell(`${SAID[outcome]} → ${counted}`, "good").dataset.state = "decided";
    } else if (found.state === "refused") {
      const link = document.createElement("a");
      link.href = `/review/${encodeURIComponent(found.request_id)}`;
      link.textContent = "Look at it again";
      tell(`It was refused (${found.reason}): ${found.because}`, "bad", link).dataset.state = "refused";
    } else if (Date.now() - began < LONGEST) {
      if (found.state !== "waiting" && undo.isConnected) { undo.remove(); line.dataset.state = "sent"; line.append("being decided …"); }
      setTimeout(look, EVERY);
    }
  };
  setTimeout(look, Math.max(0, Math.min(Number(due) - Date.now(), 1000)));
}
