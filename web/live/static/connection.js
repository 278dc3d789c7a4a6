// A WebSocket that comes back: later each time, at once when the page is looked at again.

import { signInAgain } from "../pages/manifold.js";

const LOGIN = 4401, FORBIDDEN = 4403;
const LONGEST = 15000;

/** Subscribe, hand over each message, say how the connection does; returns how to end it. */
export function connect(path, subscriptions, { onMessage, onState }) {
  let socket = null, pause = 500, timer = 0, ended = false;

  function open() {
    clearTimeout(timer);
    onState("connecting");
    socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
    socket.onopen = () => {
      for (const each of subscriptions) socket.send(JSON.stringify(each));
      onState("live");
    };
    socket.onmessage = (event) => {
      // Only now: one that is told to try later has been opened first, to be told why.
      pause = 500;
      onMessage(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (ended) return;
      if (event.code === LOGIN) {
        signInAgain();
        return;
      }
      onState(event.code === FORBIDDEN ? "forbidden" : "away");
      if (event.code === FORBIDDEN) return;
      // Not all at once, when a server has come back that many were connected to.
      timer = setTimeout(open, pause * (0.5 + Math.random()));
      pause = Math.min(LONGEST, pause * 2);
    };
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !ended && socket?.readyState === WebSocket.CLOSED) open();
  });
  open();
  return () => { ended = true; clearTimeout(timer); socket?.close(); };
}
