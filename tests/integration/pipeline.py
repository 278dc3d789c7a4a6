"""A pipeline of its own on a real broker: processes to start, kill and pause, topics to look at.

Everything that is waited for has a time limit and, when it passes, a message that says what
was waited for, what had been written by then, and how the processes' logs end.
"""

import os
import shutil
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from connectors.browse import read_all
from connectors.clock import now
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts, Topic
from connectors.database import Store
from connectors.database.migration import migrate
from connectors.groups import committed
from connectors.pages import entries_of
from connectors.publish import Publisher
from connectors.settings import Database, Settings
from connectors.stream import Received
from connectors.topics import Topics
from flows import BRANCHES, FLOWS, FUSED
from manifold.exits import Exit
from manifold.generator import Sample, World, invoices, reference_records, world
from manifold.supervisor import environment
from operators.decision import InvoiceDecision
from operators.review import InvoiceReviewCompleted
from tests.integration.flow_process import PATIENCE, Process
from tests.integration.seen import Seen, partitions

T = TypeVar("T")

_TOLD = 25
"""Lines of a log that are shown when something has failed."""


def generated(count: int, seed: int = 1, fault_rate: float = 0.2) -> tuple[World, list[Sample]]:
    """Reference data and as many invoices, uploaded now."""
    made = world(seed, count, datetime.now(UTC).date())
    return made, list(invoices(made, seed, count, now(), fault_rate))


class Pipeline:
    """Topics, groups, a database and the processes of flows, under a name of their own."""

    def __init__(self, bootstrap: str, folder: Path, **variables: str) -> None:
        """Create the topics and the database; `variables` are further settings of the flows."""
        self.namespace = f"t{uuid.uuid4().hex[:8]}."
        self.database = f"sqlite:///{folder / 'manifold.db'}"
        self.settings = Settings.load(
            kafka={"bootstrap.servers": bootstrap},
            namespace=self.namespace,
            database=Database(url=self.database),
        )
        self.kafka = {**self.settings.kafka_client, "log_level": "0"}
        self.contracts = Contracts.load(namespace=self.namespace)
        self.codec = Codec(self.contracts, LockIds(self.contracts))
        self.restarts: Counter[int] = Counter()
        """Exit codes after which a process was started again."""
        self.variables = {
            **environment(self.settings),
            "MANIFOLD_NAMESPACE": self.namespace,
            **variables,
        }
        self._folder = folder
        self._running: list[Process] = []
        self._started: dict[Process, tuple[str, dict[str, str]]] = {}
        self._all: list[Process] = []
        migrate(self.database)
        topics = Topics(self.kafka)
        topics.create(topics.plan(self.contracts.every_topic()))
        self.seen = Seen(self.kafka, self.contracts)

    def start(
        self, flow: str, instance: str | None = "one", *, module: str = "manifold", **variables: str
    ) -> Process:
        """Start a process; it is started again when it ends as a supervisor would expect.

        `module` is run instead of the command, with the same arguments.
        """
        log = self._folder / f"{flow}-{instance or len(self._all)}.log"
        process = Process(flow, instance, {**self.variables, **variables}, log, module)
        self._started[process] = module, variables
        self._running.append(process)
        self._all.append(process)
        return process

    def _again(self, process: Process) -> Process:
        module, variables = self._started[process]
        return self.start(process.flow, process.instance, module=module, **variables)

    def running(self, *flows: str) -> None:
        """Have one process of each of these flows, and none of others."""
        for process in list(self._running):
            if process.flow not in flows:
                self.stop(process)
        there = {process.flow for process in self._running}
        for flow in flows:
            if flow not in there:
                self.start(flow)

    def stop(self, *processes: Process) -> None:
        """Ask processes to end, and see them end cleanly."""
        for process in processes:
            self._running.remove(process)
            process.terminate()
        for process in processes:
            assert process.wait() == Exit.CLEAN, f"{process} did not end cleanly\n{self.told()}"

    def kill(self, process: Process) -> None:
        """`kill -9` without a restart."""
        self._running.remove(process)
        process.kill()

    def let_go(self, process: Process) -> None:
        """Expect nothing of a process any more; what becomes of it is the test's to see."""
        self._running.remove(process)

    def killed(self, process: Process) -> Process:
        """`kill -9`, and what is started in its place."""
        self.kill(process)
        return self._again(process)

    @property
    def processes(self) -> tuple[Process, ...]:
        """Those that are meant to run, as they are after restarts."""
        return tuple(self._running)

    def check(self) -> None:
        """Start again what could not commit; anything else that ends is a failure."""
        for process in self._running:
            code = process.code
            if code is None:
                continue
            assert code == Exit.NOT_COMMITTED, f"{process} ended with {code}\n{self.told()}"
            self.restarts[code] += 1
            self._running.remove(process)
            self._again(process)

    def publish(self, *records: Any) -> None:
        """Write records as a producer would."""
        with Publisher(self.kafka, self.contracts, self.codec, "test") as publisher:
            for record in records:
                publisher.send(record)

    def publish_reference(self, made: World) -> None:
        """Write a world's reference data."""
        with Publisher(self.kafka, self.contracts, self.codec, "test") as publisher:
            for key, record in reference_records(made):
                publisher.send(record, key)

    @contextmanager
    def load(self, samples: Iterable[Sample], per_second: float) -> Iterator[list[Sample]]:
        """Upload invoices at a pace for as long as the block runs; those uploaded so far."""
        sent: list[Sample] = []
        done = threading.Event()

        def upload() -> None:
            began = time.monotonic()
            with Publisher(self.kafka, self.contracts, self.codec, "test") as publisher:
                for sample in samples:
                    early = began + len(sent) / per_second - time.monotonic()
                    if done.wait(max(0.0, early)):
                        return
                    publisher.send(sample.upload)
                    sent.append(sample)

        with ThreadPoolExecutor(1) as thread:
            uploading = thread.submit(upload)
            try:
                yield sent
            finally:
                done.set()
            uploading.result(PATIENCE)

    def until(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        """Wait for something, supervising the processes and reading what they write."""
        end = time.monotonic() + seconds
        while True:
            self.seen.poll()
            self.check()
            if condition():
                return
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds:.0f} s: {what}\n{self.told()}")

    def at_rest(self, *flows: str) -> None:
        """Wait until flows have nothing left to do, and everything they wrote has been seen."""
        wanted = flows or FLOWS
        # Upstream first: a flow whose group has reached the ends writes nothing any more.
        self.until(
            lambda: all(self.lag(flow) == 0 for flow in wanted),
            f"groups of {', '.join(wanted)} at the ends of their topics",
        )
        self.until(lambda: not self.seen.behind(), "everything committed has been read")

    def lag(self, flow: str) -> int:
        """How far a flow's group is from the ends of what it reads, by the broker's account."""
        parts = BRANCHES if flow == FUSED else (flow,)
        topics = {topic.name: topic for part in parts for topic in self.contracts.read_by(part)}
        if flow == FUSED:
            said = self.contracts.topic_of(InvoiceReviewCompleted)
            topics[said.name] = said
        wheres = partitions(topics.values())
        ends = self.seen.offsets.ends(wheres)
        done = committed(self.kafka, self.namespace + flow, wheres)
        return sum(end - (done[where] or 0) for where, end in ends.items())

    def more(self, record: type[Any], count: int = 1) -> Callable[[], bool]:
        """A condition: so many more records of a topic than there are now."""
        found = self.seen.all(record)
        enough = len(found) + count
        return lambda: len(found) >= enough

    def decided(self) -> Counter[str]:
        """How many decisions each request has."""
        return Counter(each.request_id for each in self.seen.all(InvoiceDecision))

    def table(self, flow: str, name: str) -> dict[int, dict[str, bytes]]:
        """A flow's table by partition, as its changelog has it, values encoded."""
        topic = self.contracts.changelog(flow, name)
        found: dict[int, dict[str, bytes]] = {each: {} for each in range(topic.partitions)}
        for record in self.read(topic):
            for key, value in entries_of(record.key or b"", record.value):
                found[record.partition].pop(key, None)
                if value is not None:
                    found[record.partition][key] = value
        return found

    def read(self, topic: Topic) -> Iterator[Received]:
        """All committed records of a topic."""
        return read_all(self.kafka, [topic.name])

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The database that `collect` writes."""
        store = Store.connect(self.database)
        try:
            yield store
        finally:
            store.close()

    def told(self) -> str:
        """What has been seen so far, and how the logs end."""
        logs = dict.fromkeys(process.log for process in self._all)
        ends = [f"--- {log.name}\n{_end_of(log)}" for log in logs]
        return "\n".join([f"seen: {self.seen.counts()}", f"restarts: {self.restarts}", *ends])

    def __enter__(self) -> Self:
        """Ready."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left behind: no process, no topic, no group."""
        print(self.told())
        for process in self._all:
            with suppress(ProcessLookupError):
                process.kill()
        self.seen.close()
        admin = self.seen.admin
        topics = [topic.name for topic in self.contracts.every_topic()]
        for gone in admin.delete_topics(topics, request_timeout=30).values():
            gone.result()
        # A group whose killed members have not timed out yet is kept until its offsets, which
        # go with the topics, are swept.
        groups = [self.namespace + flow for flow in (*FLOWS, FUSED)]
        for gone in admin.delete_consumer_groups(groups, request_timeout=30).values():
            gone.exception()
        shutil.rmtree(self._folder, ignore_errors=True)


def _end_of(log: Path) -> str:
    with suppress(OSError):
        return os.linesep.join(log.read_text(errors="replace").splitlines()[-_TOLD:])
    return ""
