"""A load generator with an open loop: requests leave at a fixed rate, whatever becomes of others.

A latency counts from when a request was meant to leave, so that a server that stands still is not
asked less (Gil Tene's coordinated omission). A process of its own: `python -m bench.open_loop PORT
RATE SECONDS`, bodies as JSON Lines on standard input, one JSON object on standard output.
"""

import asyncio
import json
import sys
import time
from collections import Counter, deque
from contextlib import suppress
from typing import Any

import httptools
import uvloop

CONNECTIONS = 1_000
"""Requests that are under way at once; beyond, they wait, and their clocks run."""
_PATIENCE = 30.0
"""Seconds for the last answers."""


class Connection(asyncio.Protocol):
    """One connection, which is used again and again."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._transport: asyncio.Transport | None = None
        self._meant = 0.0
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = transport  # type: ignore[assignment]  # a TCP transport it is
        self._parser = httptools.HttpResponseParser(self)

    def send(self, request: bytes, meant: float) -> None:
        """Send a request."""
        assert self._transport is not None
        self._meant, self._busy = meant, True
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """A part of an answer."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """An answer is complete."""
        self._busy = False
        self._load.answered(self, self._parser.get_status_code(), self._meant)

    def connection_lost(self, error: Exception | None) -> None:
        """Whoever waited for an answer gets none; what was closed idle is no failure."""
        if self._busy:
            self._load.answered(None, 0, self._meant)
        else:
            self._load.closed(self)


class Load:
    """A rate, kept for some time."""

    def __init__(self, port: int, rate: float, seconds: float, bodies: list[bytes]) -> None:
        self._port = port
        self._rate = rate
        self._count = round(rate * seconds)
        self._requests = [_request(port, body) for body in bodies]
        self._idle: deque[Connection] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting: deque[tuple[bytes, float]] = deque()
        self._left = self._count
        self._done = asyncio.Event()
        self.codes: Counter[int] = Counter()
        self.latencies: dict[int, list[float]] = {}

    async def run(self) -> dict[str, Any]:
        """What was answered; latencies in milliseconds."""
        for _ in range(CONNECTIONS):
            await self._open()
        began = time.perf_counter()
        sent = 0
        while sent < self._count:
            due = min(self._count, int((time.perf_counter() - began) * self._rate) + 1)
            while sent < due:
                self._leave(self._requests[sent % len(self._requests)], began + sent / self._rate)
                sent += 1
            await asyncio.sleep(max(0.0, began + sent / self._rate - time.perf_counter()))
        try:
            await asyncio.wait_for(self._done.wait(), _PATIENCE)
        except TimeoutError:
            self.codes[-1] += self._left
        return self._told(time.perf_counter() - began)

    def _leave(self, request: bytes, meant: float) -> None:
        if self._idle:
            # The one used last: others may be closed for idleness, as a client's pool has it.
            self._idle.pop().send(request, meant)
        else:
            self._waiting.append((request, meant))

    def answered(self, connection: Connection | None, code: int, meant: float) -> None:
        """An answer, or none (0)."""
        self.codes[code] += 1
        self.latencies.setdefault(code, []).append((time.perf_counter() - meant) * 1_000)
        self._left -= 1
        if self._left == 0:
            self._done.set()
        if connection is None:
            return
        if self._waiting:
            connection.send(*self._waiting.popleft())
        else:
            self._idle.append(connection)

    def closed(self, connection: Connection) -> None:
        """A connection was closed while nobody used it: another takes its place."""
        with suppress(ValueError):
            self._idle.remove(connection)
            task = asyncio.ensure_future(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(lambda: Connection(self), "127.0.0.1", self._port)
        self._idle.append(made)

    def _told(self, seconds: float) -> dict[str, Any]:
        taken = sorted(self.latencies.get(202, []))
        return {
            "rate": self._rate,
            "sent": self._count,
            "seconds": round(seconds, 1),
            "codes": {str(code): count for code, count in sorted(self.codes.items())},
            "p50": _quantile(taken, 0.5),
            "p95": _quantile(taken, 0.95),
            "p99": _quantile(taken, 0.99),
            "max": _quantile(taken, 1),
        }


def _quantile(ascending: list[float], share: float) -> float | None:
    if not ascending:
        return None
    return round(ascending[min(len(ascending) - 1, int(share * len(ascending)))], 1)


def _request(port: int, body: bytes) -> bytes:
    head = (
        f"POST /invoices HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def main() -> None:
    """Run it."""
    port, rate, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    bodies = [line.rstrip(b"\n") for line in sys.stdin.buffer]

    async def run() -> dict[str, Any]:
        return await Load(port, rate, seconds, bodies).run()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run())))


if __name__ == "__main__":
    main()
