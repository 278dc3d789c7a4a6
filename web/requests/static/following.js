// Server-sent events that come back. An EventSource gives up for good when an answer is not 200: this
// waits as long as it is told (`Retry-After`), or longer each time, and goes on behind the last event.

import { signInAgain } from "../pages/manifold.js";

const LONGEST = 30_000;
/** Milliseconds without a sign of life, which the server gives every 15 s. */
const SILENCE = 45_000;

/**
 * Follow what is told at an address; returns how to end it. `onEvent(name, data)`; `onState(state,
 * seconds)`: "connecting", "live", "away" for so many seconds, "refused" or "ended".
 */
export function follow(address, { onEvent, onState }) {
  let last = null, least = 1_000, pause = 0, timer = 0, current = null;

  function again(told) {
    pause = Math.min(LONGEST, Math.max(least, pause * 2));
    // Not all at once, when a server has come back that many were connected to; never too early.
    const wait = Math.max(told, pause * (0.5 + Math.random() / 2));
    onState("away", Math.ceil(wait / 1000));
    timer = setTimeout(open, wait);
  }

  function take(event) {
    pause = 0;
    if (event.retry !== undefined) least = event.retry;
    if (event.id !== undefined) last = event.id;
    if (event.data !== undefined) onEvent(event.name, event.data);
  }

  async function open() {
    const mine = current = new AbortController();
    onState("connecting");
    let told = 0;
    try {
      const headers = { Accept: "text/event-stream" };
      if (last !== null) headers["Last-Event-ID"] = last;
      const answer = await fetch(address, { headers, credentials: "same-origin", cache: "no-store", signal: mine.signal });
      if (answer.status === 401) { signInAgain(); return; }
      if (answer.status === 204) { onState("ended"); return; }
      if (answer.ok) {
        onState("live");
        await read(answer.body, mine, take);
      } else if (answer.status === 429 || answer.status >= 500) {
        told = 1000 * (Number(answer.headers.get("Retry-After")) || 0);
      } else { onState("refused"); return; }
    } catch { /* The network: it is tried again. */ }
    if (mine === current) again(told);
  }

  open();
  return () => {
    clearTimeout(timer);
    const ended = current;
    current = null;
    ended?.abort();
  };
}

/** The events of a body, until it ends or nothing comes any more. */
async function read(body, controller, take) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "", event = {}, silence = 0;
  try {
    for (;;) {
      silence = setTimeout(() => controller.abort(), SILENCE);
      const { value, done } = await reader.read();
      clearTimeout(silence);
      if (done) return;
      text += value;
      const lines = text.split("\n");
      text = lines.pop();
      for (const line of lines) {
        if (line === "") { take(event); event = {}; continue; }
        const [, field, content] = /^([^:]*):? ?(.*)$/.exec(line);
        if (field === "event") event.name = content;
        else if (field === "id") event.id = content;
        else if (field === "retry") event.retry = Number(content);
        else if (field === "data") event.data = event.data === undefined ? content : `${event.data}\n${content}`;
      }
    }
  } finally { clearTimeout(silence); }
}
