// What a branch's answer or a decision means, for the eye; the word itself always stands beside it.

const GOOD = new Set(["APPROVED", "AVAILABLE", "PASS", "MATCH"]);
const BAD = new Set(["REJECTED", "UNAVAILABLE", "FAIL", "MISMATCH"]);

/** "good", "warn", "bad", "unknown", or "" while there is no answer. */
export function kindOf(status) {
  if (!status) return "";
  if (status === "UNKNOWN") return "unknown";
  return GOOD.has(status) ? "good" : BAD.has(status) ? "bad" : "warn";
}

export const BRANCHES = ["VALIDATION", "INVENTORY", "FRAUD", "PRICING"];
