"""Throughput, CPU and latency of the whole pipeline on a real broker (Linux).

    make kafka
    .venv/bin/python bench/pipeline.py --count 60000     waiting invoices: decisions a second
    .venv/bin/python bench/pipeline.py --count 4000 --rate 200     latency at 200 a second

The broker, every flow and this observer share the machine. Latency is from the producer's
`uploaded_at` to the moment a read_committed consumer has the decision. CPU is that of the
flows' processes, start and reference data included, without the broker.
"""

import argparse
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient
from msgspec.structs import replace

from connectors.clock import now
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.database import migrate
from connectors.kafka import client
from connectors.publish import Publisher
from connectors.settings import Database, Settings
from connectors.topics import Topics
from flows import FLOWS
from manifold.generator import Sample, invoices, reference_records, world
from manifold.supervisor import Supervisor
from operators.decision import InvoiceDecision

_SETTLED = 8.0
"""Seconds to let processes start before invoices are sent at a rate."""
_PATIENCE = 120.0
"""Seconds without a decision after which the run is given up."""


class Bench:
    """One run under topics and groups of its own."""

    def __init__(self, folder: Path, count: int) -> None:
        namespace = f"bench-{secrets.token_hex(3)}."
        database = Database(url=f"sqlite:///{folder / 'manifold.db'}")
        migrate(database.url)
        self.settings = Settings.load(database=database, namespace=namespace)
        self.contracts = Contracts.load(namespace=namespace)
        self.codec = Codec(self.contracts, LockIds(self.contracts))
        topics = Topics(self.settings.kafka_client)
        topics.create(topics.plan(self.contracts.every_topic()), None)
        made = world(1, count, datetime.now(UTC).date())
        self.samples = list(invoices(made, 1, count, now()))
        with self.publisher() as publisher:
            for key, record in reference_records(made):
                publisher.send(record, key)

    def delete(self) -> None:
        """Delete the run's topics; its groups expire by themselves."""
        admin = AdminClient(client(self.settings.kafka_client))
        topics = [topic.name for topic in self.contracts.every_topic()]
        for name, answer in admin.delete_topics(topics).items():
            if answer.exception() is not None:
                print(f"{name} is left behind: {answer.exception()}")

    def publisher(self) -> Publisher:
        """A producer of uploads and reference data."""
        return Publisher(self.settings.kafka_client, self.contracts, self.codec, "bench")

    def decisions(self) -> Iterator[list[InvoiceDecision]]:
        """Decisions as they become visible, a list every few milliseconds."""
        decode = self.codec.decoder(InvoiceDecision)
        consumer = Consumer(
            client(
                self.settings.kafka_client,
                {
                    "group.id": f"{self.settings.namespace}bench",
                    "enable.auto.commit": False,
                    "isolation.level": "read_committed",
                    "auto.offset.reset": "earliest",
                    "fetch.wait.max.ms": 10,
                },
            )
        )
        consumer.subscribe([self.contracts.topic_of(InvoiceDecision).name])
        while True:
            found = consumer.consume(5_000, 0.005)
            yield [decode(each.value() or b"") for each in found if each.error() is None]

    def run(self, supervisor: Supervisor, rate: float | None) -> None:
        """Send the samples, wait for their decisions, print the figures."""
        publisher = self.publisher()
        waiting = iter(self.samples)
        if rate is None:
            for sample in waiting:
                publisher.send(sample.upload)
            publisher.flush()
        else:
            time.sleep(_SETTLED)
        decided: set[str] = set()
        records = 0
        latencies: list[int] = []
        started = first = last = time.monotonic()
        for decisions in self.decisions():
            supervisor.check()
            if rate is not None:
                self._send(publisher, waiting, int((time.monotonic() - started) * rate))
            if decisions:
                last = time.monotonic()
                first = last if not decided else first
            for decision in decisions:
                records += 1
                decided.add(decision.request_id)
                latencies.append(now() - decision.uploaded_at)
            if len(decided) == len(self.samples) or time.monotonic() - last > _PATIENCE:
                break
        print(f"{len(decided)} of {len(self.samples)} decided, {records} decision records")
        print(f"{len(decided) / (last - first):,.0f} decisions/s from the first to the last")
        if rate is not None:
            # The first half holds what had to be caught up with after the start.
            for part, found in (
                ("all", latencies),
                ("second half", latencies[len(decided) // 2 :]),
            ):
                cuts = statistics.quantiles(found, n=100)
                print(f"{rate:g}/s, {part}: p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms")
        self._print_cpu(supervisor)

    @staticmethod
    def _send(publisher: Publisher, waiting: Iterator[Sample], due: int) -> None:
        while publisher.accepted < due:
            sample = next(waiting, None)
            if sample is None:
                return
            publisher.send(replace(sample.upload, uploaded_at=now()))

    def _print_cpu(self, supervisor: Supervisor) -> None:
        tick = os.sysconf("SC_CLK_TCK")
        total = 0.0
        for flow, process in supervisor.processes():
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            seconds = (int(fields[11]) + int(fields[12])) / tick
            total += seconds
            memory = int(Path(f"/proc/{process}/statm").read_text().split()[1])
            megabytes = memory * os.sysconf("SC_PAGE_SIZE") // 2**20
            each = seconds / len(self.samples) * 1e6
            print(f"{flow:<12}{each:8.0f} µs CPU an invoice{megabytes:6} MB")
        print(f"{'all':<12}{total / len(self.samples) * 1e6:8.0f} µs CPU an invoice")


def main() -> None:
    """Run once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60_000, help="invoices")
    parser.add_argument("--rate", type=float, help="invoices a second; all at once without")
    parser.add_argument("--instances", type=int, default=1, help="processes of each flow")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="manifold-bench-") as name:
        folder = Path(name)
        bench = Bench(folder, given.count)
        supervisor = Supervisor(FLOWS, bench.settings, instances=given.instances, logs=folder)
        try:
            with supervisor:
                bench.run(supervisor, given.rate)
        finally:
            bench.delete()


if __name__ == "__main__":
    main()
