"""What telemetry costs: the CPU of a flow that is measured against one that is not.

    python -m bench.telemetry
    python -m bench.telemetry --bootstrap 127.0.0.1:9092

Both do the job of this benchmark in one flow, where an invoice is cheapest and what counts it
weighs most. In memory every second epoch of one flow is measured, so that whatever else the machine
does falls on both alike. With a broker these are processes, turn by turn, of which the measured one
is scraped every second, more often than any Prometheus does; CPU is then that of the whole process,
the Kafka client's threads included, from its first commit to its last.
"""

import argparse
import gc
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import psutil
from bytewax.testing import TestingSink, TestingSource, run_main
from confluent_kafka.admin import AdminClient

from bench.job.contracts import job_contracts
from bench.job.fused import fused
from bench.job.invoices import uploads
from connectors.changelog_table import TableType
from connectors.clock import now
from connectors.codec import Codec, LockIds
from connectors.groups import committed
from connectors.kafka import client
from connectors.measured import Measured
from connectors.measured_wire import MeasuredWire
from connectors.offsets import Where, end_offsets
from connectors.publish import Publisher
from connectors.runtime import Runtime
from connectors.settings import Settings, Telemetry
from connectors.steps import Inputs, Outputs
from connectors.stream import Batch, Keyed, Outgoing, Received
from connectors.tables import MemoryStore
from connectors.topics import Topics
from connectors.wire import Wire
from operators.time import Instant
from operators.upload import InvoiceUploaded

_PORT = 19_465
_INPUT = "invoice.uploaded"
_POLL = 500
"""Records of a poll in memory."""
_LOOKED_EVERY = 0.1
_PATIENCE = 300.0
"""Seconds a turn may take."""


class Turn:
    """One process that works off all invoices."""

    def __init__(self, kafka: Mapping[str, str], uploads: str, *, measured: bool) -> None:
        """Create its topics and start it."""
        self._kafka = kafka
        self._namespace = f"telemetry{uuid.uuid4().hex[:6]}."
        self._contracts = job_contracts(self._namespace, uploads)
        topics = Topics({**kafka})
        wanted = [each for each in self._contracts.every_topic() if each.name != uploads]
        topics.create(topics.plan(wanted))
        self._measured = measured
        self._uploads: list[Where] = [
            (uploads, number) for number in range(self._contracts.topics[uploads].partitions)
        ]
        self._ends = end_offsets(kafka, self._uploads)

    def microseconds(self) -> float:
        """CPU for each invoice."""
        with self._process() as process, self._scraped():
            first = self._until(1)
            began = _cpu(process)
            last = self._until(sum(self._ends.values()))
            return (_cpu(process) - began) / (last - first) * 1e6

    def _until(self, count: int) -> int:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            done = committed(self._kafka, f"{self._namespace}fused", self._uploads)
            found = sum(offset or 0 for offset in done.values())
            if found >= count:
                return found
            time.sleep(_LOOKED_EVERY)
        raise SystemExit(f"bench: {count} invoices are not worked off after {_PATIENCE:.0f} s")

    @contextmanager
    def _process(self) -> Iterator[psutil.Process]:
        environment = {
            **os.environ,
            "BENCH_NAMESPACE": self._namespace,
            "BENCH_BOOTSTRAP": self._kafka["bootstrap.servers"],
            "BENCH_INPUT": self._uploads[0][0],
        }
        if self._measured:
            environment["MANIFOLD_TELEMETRY__PORT"] = str(_PORT)
        command = [sys.executable, "-m", "bench.job.run", "fused"]
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as started:
            yield psutil.Process(started.pid)
            started.send_signal(signal.SIGTERM)
        topics = [name for name in self._contracts.topics if name.startswith(self._namespace)]
        for done in AdminClient(client(self._kafka)).delete_topics(topics).values():
            with suppress(Exception):
                done.result()

    @contextmanager
    def _scraped(self) -> Iterator[None]:
        done = threading.Event()

        def scrape() -> None:
            while not done.wait(1.0):
                with suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{_PORT}/metrics", timeout=5).read()

        thread = threading.Thread(target=scrape, daemon=True)
        if self._measured:
            thread.start()
        try:
            yield
        finally:
            done.set()


class InMemory(Runtime):
    """The flow without a broker, an epoch for each poll, of which every second one is measured."""

    def __init__(self, invoices: Sequence[InvoiceUploaded]) -> None:
        """Nothing has been read yet."""
        settings = Settings(telemetry=Telemetry(port=0))
        super().__init__("fused", settings, threading.Event(), job_contracts("", _INPUT))
        encode = self.codec.encoder(InvoiceUploaded)
        self._received = [
            Received(_INPUT, 0, number, b"key", encode(each), [], each.uploaded_at)
            for number, each in enumerate(invoices)
        ]
        self._measuring = Measuring()
        self.seconds = {False: 0.0, True: 0.0}
        """CPU of the epochs that are measured, and of the others."""

    def source(self) -> Inputs:  # type: ignore[override]  # stands in for it, in memory
        """All records, some at a time."""
        return TestingSource(self._polls(), batch_size=1)

    def _polls(self) -> Iterator[Keyed[Received]]:
        assert isinstance(self.made, Measured)
        epoch, measuring = self.made.telemetry.epoch, self._measuring
        for start in range(0, len(self._received), _POLL):
            began = time.process_time()
            yield "0", Batch(0, now(), self._received[start : start + _POLL])
            if measuring.on:
                epoch.committed(now())
            # The first epochs are those of a cold machine.
            if start >= 2 * _POLL:
                self.seconds[measuring.on] += time.process_time() - began
            measuring.on = not measuring.on

    def sink(self) -> Outputs:  # type: ignore[override]  # stands in for it, in memory
        """Into a list."""
        return TestingSink([])

    def wire(self, *reads: type[Any]) -> Wire:
        """One that is measured now and then."""
        assert isinstance(self.made, Measured)
        given = (self.group, self.contracts, self.codec, reads)
        return Toggled(self._measuring, self.flow, self.made.telemetry.epoch, *given)

    def store(self, *types: TableType, of: str | None = None) -> MemoryStore:  # type: ignore[override]  # stands in for it, in memory
        """Tables of this process alone."""
        return MemoryStore(types)


class Measuring:
    """Whether the epoch is measured."""

    on = False


class Toggled(MeasuredWire):
    """A wire that is measured while it should be."""

    def __init__(self, measuring: Measuring, *given: Any) -> None:
        """As `measuring` says."""
        super().__init__(*given)
        self._measuring = measuring

    def decode_all(self, received: Iterable[Received]) -> tuple[list[Any], list[Any]]:
        """Measured or not."""
        if self._measuring.on:
            return super().decode_all(received)
        return Wire.decode_all(self, received)

    def encode_all(self, written: Iterable[Any], at: Instant) -> list[Outgoing]:
        """Measured or not."""
        if self._measuring.on:
            return super().encode_all(written, at)
        return Wire.encode_all(self, written, at)


def _in_memory(count: int) -> None:
    runtime = InMemory(list(uploads(1, count)))
    dataflow = fused(runtime)
    runtime.made.wired(dataflow)
    # As the process of a flow does, which looks for cycles only now and then.
    gc.collect()
    gc.freeze()
    gc.disable()
    run_main(dataflow, epoch_interval=timedelta(0))  # type: ignore[no-untyped-call]  # Bytewax leaves it untyped
    plain, told = (runtime.seconds[on] * 2e6 / (count - 2 * _POLL) for on in (False, True))
    print(f"in memory: {plain:.1f} µs an invoice, measured {told:.1f} µs: {told / plain - 1:+.1%}")


def _order(turn: int) -> tuple[bool, bool]:
    """Whoever comes first has the colder machine: that changes with each turn."""
    return (True, False) if turn % 2 else (False, True)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _publish(kafka: Mapping[str, str], name: str, count: int) -> None:
    contracts = job_contracts("", name)
    topics = Topics({**kafka})
    topics.create(topics.plan([contracts.topics[name]]))
    with Publisher(kafka, contracts, Codec(contracts, LockIds(contracts)), "bench") as publisher:
        for upload in uploads(1, count):
            publisher.send(upload)


def main() -> int:
    """Print the CPU for each invoice, and what telemetry adds to it."""
    parser = argparse.ArgumentParser(
        prog="bench.telemetry",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--bootstrap", help="address of a real broker; in memory without")
    parser.add_argument("--invoices", type=int, help="of a turn")
    parser.add_argument("--turns", type=int, help="of each")
    given = parser.parse_args()
    if given.bootstrap is None:
        _in_memory(given.invoices or 40_000)
        return 0
    kafka = {"bootstrap.servers": given.bootstrap}
    name = f"telemetry{uuid.uuid4().hex[:6]}.uploads"
    _publish(kafka, name, given.invoices or 100_000)
    found: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(given.turns or 5):
        for measured in _order(turn):
            found[measured].append(Turn(kafka, name, measured=measured).microseconds())
        plain, told = found[False][-1], found[True][-1]
        print(f"turn {turn + 1}: {plain:.1f} µs an invoice, measured {told:.1f} µs", flush=True)
    ratio = statistics.median(found[True]) / statistics.median(found[False])
    least = min(found[True]) / min(found[False])
    print(f"telemetry costs {ratio - 1:+.1%} of CPU by the medians, {least - 1:+.1%} by the least")
    return 0


if __name__ == "__main__":
    sys.exit(main())
