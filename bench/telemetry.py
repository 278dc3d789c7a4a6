"""What telemetry costs: the CPU of one process that is measured against one that is not.

    python -m bench.telemetry --bootstrap 127.0.0.1:9092

Both work off the same invoices, turn by turn, on a broker: the job of this benchmark in one
process, where an invoice is cheapest and what counts it weighs most. The measured one is scraped
every second, more often than any Prometheus does. CPU is that of the whole process, the Kafka
client's threads included, from its first commit to its last.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import psutil
from confluent_kafka.admin import AdminClient

from bench.job.contracts import job_contracts
from bench.job.invoices import uploads
from connectors.codec import Codec, LockIds
from connectors.groups import committed
from connectors.kafka import client
from connectors.offsets import Where, end_offsets
from connectors.publish import Publisher
from connectors.topics import Topics

_PORT = 19_465
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
    """Print the CPU for each invoice in every turn, and the ratio of their medians."""
    parser = argparse.ArgumentParser(
        prog="bench.telemetry",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--bootstrap", default="127.0.0.1:9092", help="address of a real broker")
    parser.add_argument("--invoices", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=5, help="of each")
    given = parser.parse_args()
    kafka = {"bootstrap.servers": given.bootstrap}
    name = f"telemetry{uuid.uuid4().hex[:6]}.uploads"
    _publish(kafka, name, given.invoices)
    found: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(given.turns):
        # Whoever comes first has the colder machine: that changes with each turn.
        for measured in (True, False) if turn % 2 else (False, True):
            found[measured].append(Turn(kafka, name, measured=measured).microseconds())
        plain, told = found[False][-1], found[True][-1]
        print(f"turn {turn + 1}: {plain:.1f} µs an invoice, measured {told:.1f} µs", flush=True)
    ratio = statistics.median(found[True]) / statistics.median(found[False])
    least = min(found[True]) / min(found[False])
    print(f"telemetry costs {ratio - 1:+.1%} of CPU by the medians, {least - 1:+.1%} by the least")
    return 0


if __name__ == "__main__":
    sys.exit(main())
