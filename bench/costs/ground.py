"""A namespace of its own on a broker: topics, a database, invoices, and what has become of them."""

import time
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import psutil
from msgspec.structs import replace

from bench.costs.process import FlowProcess
from bench.harness.gauges import cpu_seconds
from connectors.browse import every_partition, partitions_of
from connectors.clock import now
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.database.migration import migrate
from connectors.groups import committed
from connectors.offsets import end_offsets
from connectors.publish import Publisher
from connectors.settings import Database, Settings
from connectors.topics import Topics
from manifold.generator import Sample, invoices, reference_records, world
from manifold.supervisor import environment

_LONGEST = 540.0
"""Seconds for a flow to work off what waits."""
_SETTLING = 10.0
"""Seconds for the broker to be done with what it was sent, and as many to see what idling takes."""


class Ground:
    """Where one measurement is made."""

    def __init__(self, bootstrap: str, broker: Path, folder: Path, count: int) -> None:
        """Topics, tables and reference data are there; no invoices yet.

        `broker`: the broker's room, with `pid` and `data`; `folder` takes logs and the database.
        """
        self._broker = broker
        self.folder = folder
        self.namespace = f"costs{uuid.uuid4().hex[:6]}."
        database = Database(url=f"sqlite:///{folder / 'manifold.db'}")
        settings = Settings.load(
            kafka={"bootstrap.servers": bootstrap}, namespace=self.namespace, database=database
        )
        self._kafka = settings.kafka_client
        self.variables: Mapping[str, str] = environment(settings)
        self.contracts = Contracts.load(namespace=self.namespace)
        self._codec = Codec(self.contracts, LockIds(self.contracts))
        migrate(database.url)
        topics = Topics(self._kafka)
        topics.create(topics.plan(self.contracts.every_topic()))
        self._world = world(1, count, datetime.now(UTC).date())
        with self._publisher() as publisher:
            for key, record in reference_records(self._world):
                publisher.send(record, key)
        time.sleep(_SETTLING)
        before = self._broker_total()
        time.sleep(_SETTLING)
        self._idle = (self._broker_total() - before) / _SETTLING

    def start(self, flow: str) -> FlowProcess:
        """A process of a flow, ready."""
        return FlowProcess(flow, self.variables, self.folder / f"{flow}.log")

    def samples(self, count: int, seed: int = 1) -> list[Sample]:
        """Invoices of this world, uploaded now, one in five with a fault."""
        return list(invoices(self._world, seed, count, now(), 0.2))

    def publish(self, samples: Iterable[Sample], rate: float | None = None) -> None:
        """Upload invoices, so many a second or as fast as can be."""
        began = time.monotonic()
        with self._publisher() as publisher:
            for number, sample in enumerate(samples):
                if rate is not None:
                    time.sleep(max(0.0, began + number / rate - time.monotonic()))
                publisher.send(replace(sample.upload, uploaded_at=now()))

    def work_off(self, flow: FlowProcess) -> None:
        """Wait until a flow has read all that it reads."""
        names = [topic.name for topic in self.contracts.read_by(flow.flow)]
        wheres = every_partition(partitions_of(self._kafka, names))
        until = time.monotonic() + _LONGEST
        while time.monotonic() < until:
            flow.taken()
            done = committed(self._kafka, self.namespace + flow.flow, wheres)
            ends = end_offsets(self._kafka, wheres)
            if all(end <= (done[where] or 0) for where, end in ends.items()):
                return
            time.sleep(0.1)
        raise SystemExit(f"{flow.flow} has not come to the end within {_LONGEST:.0f} s")

    def broker_cpu(self) -> float:
        """CPU seconds that the broker has taken, less what it takes while nobody asks anything."""
        return self._broker_total() - self._idle * time.monotonic()

    def _broker_total(self) -> float:
        return cpu_seconds(int((self._broker / "pid").read_text()))

    def changelogs(self, flow: str) -> list[str]:
        """The topics that a flow's tables are in, without the namespace."""
        found = self.contracts.changelogs_of(flow)
        return [topic.name.removeprefix(self.namespace) for topic in found]

    def log_bytes(self) -> dict[str, int]:
        """Bytes that stand in the logs, by topic without the namespace."""
        found: dict[str, int] = {}
        for partition in (self._broker / "data").glob(f"{self.namespace}*"):
            topic = partition.name.removeprefix(self.namespace).rpartition("-")[0]
            size = sum(segment.stat().st_size for segment in partition.glob("*.log"))
            found[topic] = found.get(topic, 0) + size
        return {topic: size for topic, size in found.items() if size}

    def _publisher(self) -> Publisher:
        return Publisher(self._kafka, self.contracts, self._codec, "costs")


def machine() -> str:
    """Processor and memory, for whoever reads the figures."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "unknown",
    )
    memory = psutil.virtual_memory().total / 2**30
    return f"{model}, {psutil.cpu_count()} cores, {memory:.0f} GiB"
