// What is written on a page, as the form takes it: exact text, never a floating-point number.

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const OTHERS = { mär: 3, mai: 5, okt: 10, dez: 12, fév: 2, fev: 2, avr: 4, aoû: 8, déc: 12 };

/** An amount: the last point or comma before one or two digits is the decimal sign. */
export function amount(text) {
  const found = text.replace(/[\s'’\u00a0\u202f]/g, "").match(/-?[\d.,]*\d/);
  if (!found) return null;
  const sign = found[0].startsWith("-") || /-\s*$/.test(text) ? "-" : "";
  const digits = found[0].replace("-", "");
  // No thousands begin with a nought: 0.125 is an eighth.
  if (/^0[.,]\d+$/.test(digits)) return `${sign}${digits.replace(",", ".")}`;
  const parts = digits.match(/^([\d.,]*?)(?:[.,](\d{1,2}))?$/);
  const whole = (parts[1] || "0").replace(/[.,]/g, "");
  return `${sign}${whole}${parts[2] === undefined ? "" : `.${parts[2]}`}`;
}

/** A day as YYYY-MM-DD, from how Europe writes it; null when it is none. */
export function day(text) {
  let found = text.match(/(\d{4})-(\d{1,2})-(\d{1,2})/);
  if (found) return iso(found[1], found[2], found[3]);
  found = text.match(/(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\b/);
  if (found) return iso(found[3].length === 2 ? `20${found[3]}` : found[3], found[2], found[1]);
  found = text.match(/(\d{1,2})\.?\s*([A-Za-zäéû]{3,})\.?,?\s*(\d{4})/);
  if (!found) return null;
  const name = found[2].slice(0, 3).toLowerCase();
  const month = MONTHS.indexOf(name) + 1 || OTHERS[name];
  return month ? iso(found[3], month, found[1]) : null;
}

/** The text of a page as a field of a kind takes it. */
export function value(text, kind) {
  if (kind === "amount") return amount(text) ?? text;
  if (kind === "day") return day(text) ?? text;
  return text.trim();
}

function iso(year, month, date) {
  const text = `${year}-${String(month).padStart(2, "0")}-${String(date).padStart(2, "0")}`;
  return Number(month) <= 12 && Number(date) <= 31 ? text : null;
}
