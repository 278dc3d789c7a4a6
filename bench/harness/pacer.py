"""An open-loop producer in a process of its own: it never waits for what it is answered.

An upload's `uploaded_at` is the instant at which it was due, so that a producer or a broker that
falls behind shows as latency and is not left out.
"""

import gc
import logging
import multiprocessing
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from bench.harness.broker import Broker
from bench.harness.inputs import Encoder, Writer
from bench.harness.workload import WORKLOADS
from operators.upload import InvoiceUploaded

_SPAWNED = multiprocessing.get_context("spawn")
_LEAD = 0.2
"""Seconds from the word to the first upload."""


class PacerFailed(Exception):
    """The producer ended before its time."""


class Sent(Struct, frozen=True):
    """What was sent."""

    began: float
    """When the first upload was due, in seconds since the epoch."""
    rate: float
    """Uploads a second."""
    requests: tuple[bytes, ...]
    """The requests sent, in order."""
    late_ms: float
    """The most that one was sent after it was due."""

    def due(self, number: int) -> float:
        """When an upload was due, in seconds since the epoch."""
        return self.began + number / self.rate


class Pacer:
    """Uploads of a workload, sent at a rate. As a context manager it ends its process."""

    def __init__(self, broker: Broker, topic: str, workload: str, count: int) -> None:
        """Prepare the first `count` uploads of a workload, and wait until they are."""
        self._line, theirs = _SPAWNED.Pipe()
        self._process = _SPAWNED.Process(
            target=_pace, args=(theirs, broker, topic, workload, count), daemon=True
        )
        self._process.start()
        theirs.close()
        self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.join()

    def start(self, rate: float, count: int) -> float:
        """Begin to send the next uploads; when the first is due."""
        self._line.send((rate, count))
        began = self._answer()
        assert isinstance(began, float)
        return began

    @property
    def finished(self) -> bool:
        """Whether all that was started has been sent and acknowledged."""
        return self._line.poll()

    def stop(self) -> None:
        """Send no more of what was started."""
        self._line.send(None)

    def sent(self) -> Sent:
        """What was sent, once it is."""
        answer = self._answer()
        assert isinstance(answer, Sent)
        return answer

    def _answer(self) -> object:
        try:
            return self._line.recv()
        except EOFError:
            raise PacerFailed("the producer of uploads has ended; it says why above") from None


def _pace(line: Connection, broker: Broker, topic: str, workload: str, count: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger("librdkafka").setLevel(logging.ERROR)
    uploads = list(WORKLOADS[workload].uploads(count))
    gc.collect()
    gc.freeze()
    writer, encode = Writer(broker, topic, 1), Encoder()
    position = 0
    line.send(None)
    while True:
        try:
            order = line.recv()
        except EOFError:
            return
        if order is None:
            # It came after the last upload.
            continue
        rate, wanted = order
        part = uploads[position : position + wanted]

        def write(upload: InvoiceUploaded) -> None:
            writer.write(encode(upload))

        began = time.time() + _LEAD
        line.send(began)
        sent = send(part, began, rate, write, line.poll)
        if len(sent.requests) < len(part):
            line.recv()
        writer.flush()
        position += len(sent.requests)
        line.send(sent)


def send(
    uploads: list[InvoiceUploaded],
    began: float,
    rate: float,
    write: Callable[[InvoiceUploaded], None],
    stopped: Callable[[], bool],
) -> Sent:
    """Send each upload when it is due, or as soon after as can be."""
    latest = 0.0
    sent: list[bytes] = []
    for number, upload in enumerate(uploads):
        due = began + number / rate
        wait = due - time.time()
        if wait > 0:
            if stopped():
                break
            time.sleep(wait)
        latest = max(latest, time.time() - due)
        write(replace(upload, uploaded_at=int(due * 1_000)))
        sent.append(upload.request_id.encode())
    return Sent(began, rate, tuple(sent), latest * 1_000)
