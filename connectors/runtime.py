"""What one process of a flow connects to, made from settings."""

import json
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from connectors import settings as sections
from connectors.changelog_table import TableType
from connectors.clock import now
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.failures import RecordFailed
from connectors.freshness import Freshness, kept
from connectors.kafka import wait_for_topics
from connectors.logs import Log
from connectors.parts import parts
from connectors.postponed import Decode, Limits, Postponement
from connectors.receiver import Receiver
from connectors.reference import GroupedReferenceTable, ReferenceTable, ReferenceTables
from connectors.refetch import Refetch
from connectors.schema_ids import schema_ids
from connectors.services import Service
from connectors.settings import Settings
from connectors.source import TaskSink, TaskSource
from connectors.stream import Failure
from connectors.tables import ChangelogStore
from connectors.task import Task
from connectors.wire import Wire
from operators.reference import ReferencePolicy
from operators.resumption import Rate
from operators.table import Lookup

if TYPE_CHECKING:
    from connectors.deliveries import Deliveries
    from connectors.extracting import Documents
    from operators.extraction.memory_recall import Memories

log = Log(__name__)

V = TypeVar("V")


class Runtime:
    """The parts of a flow's process. Nothing connects before `connect`."""

    def __init__(
        self,
        flow: str,
        settings: Settings,
        stopping: threading.Event,
        contracts: Contracts | None = None,
    ) -> None:
        """`stopping`, once set, ends the flow at a clean point.

        Without `contracts` those that come with the package hold.
        """
        self.flow = flow
        self.settings = settings
        self.group = settings.namespace + flow
        self.contracts = contracts or Contracts.load(namespace=settings.namespace)
        self.codec = Codec(self.contracts, schema_ids(settings.registry, self.contracts))
        self._stopping = stopping
        self._parts: tuple[str, ...] = (flow,)
        self._reads = [topic.name for topic in self.contracts.read_by(flow)]
        self._changelogs: list[str] = []
        self._reference: dict[type[Any], ReferenceTable[Any]] = {}
        self._watch_ends_every: timedelta | None = None
        self._poll_records = settings.flow.poll_records
        self._postponements: list[Postponement] = []
        self._services: list[Service[Any]] = []
        self._refetch: Refetch | None = None
        self._rate = Rate(settings.flow.resume_per_second)
        self.made = parts(flow, settings)
        self._closing: list[Callable[[], None]] = []
        self._task: Task | None = None

    @property
    def task(self) -> Task:
        """The flow's consumer and producer."""
        if self._task is None:
            settings = self.settings
            self._task = self.made.task(
                settings.kafka_client,
                self.group,
                self._reads,
                instance=settings.instance or secrets.token_hex(6),
                static=settings.instance is not None,
                poll_records=min(settings.flow.poll_records, self._poll_records),
                commit_interval=settings.flow.commit_interval,
                watch_ends_every=self._watch_ends_every,
            )
        return self._task

    def stand_for(self, flows: Sequence[str], inside: Sequence[type[Any]]) -> None:
        """Do the work of several flows in this process, before anything else is asked for.

        Records of the types `inside` are handed on in the process instead of being read.
        """
        handed_on = {self.contracts.topic_of(record).name for record in inside}
        read = [topic.name for flow in flows for topic in self.contracts.read_by(flow)]
        self._parts = tuple(flows)
        self._reads = [name for name in dict.fromkeys(read) if name not in handed_on]

    def watch_ends(self, every: timedelta) -> None:
        """Have the source say, that often, up to when each partition has been read."""
        self._watch_ends_every = every

    def poll_at_most(self, records: int) -> None:
        """Have the source give no more records at once, whatever the settings say."""
        self._poll_records = records

    def source(self) -> TaskSource:
        """What the flow reads."""
        return TaskSource(self.task, self._stopping)

    def sink(self) -> TaskSink:
        """Where the flow writes."""
        return TaskSink(self.task)

    def wire(self, *reads: type[Any]) -> Wire:
        """Decoders of the records the flow reads, encoders of those it writes."""
        return self.made.wire(self.group, self.contracts, self.codec, reads)

    def store(self, *types: TableType, of: str | None = None) -> ChangelogStore:
        """The flow's tables, or those `of` a flow that it stands for."""
        topics = {
            self.contracts.changelog(of or self.flow, table.name).name: table for table in types
        }
        self._changelogs += topics
        task = self.task
        names = {topic: self._table(topic) for topic in topics}
        store = ChangelogStore(
            self.settings.kafka_client,
            topics,
            self.made.changes(task.produce, names),
            lambda: task.assigned,
            self._stopping.is_set,
            self.made.watcher,
        )
        self.made.kept(store, {names[topic]: table for topic, table in topics.items()})
        task.between_epochs(store.committed)
        task.on_rewind(store.roll_back)
        return store

    def _table(self, changelog: str) -> str:
        return changelog.removeprefix(self.contracts.namespace).removesuffix(".changelog")

    def postponement(self, decode: Decode, of: str | None = None) -> Postponement:
        """What a branch has answered UNKNOWN while a part was away, to be judged again.

        `of` a branch that the flow stands for.
        """
        if not self._postponements:
            self.task.tick(self._due)
        limits = Limits(
            self.settings.flow.postponed_most,
            self.settings.join.remember // timedelta(milliseconds=1),
        )
        branch = of or self.flow
        lacks = self._freshness(branch).lack
        postponement = Postponement(branch, self._rate, decode, self.refetch().fetch, limits, lacks)
        self._postponements.append(postponement)
        self.made.postponed(branch, postponement)
        self.task.on_rewind(postponement.forget)
        return postponement

    def _freshness(self, branch: str) -> Freshness:
        topics = {
            name.removeprefix(self.contracts.namespace): name
            for name, topic in self.contracts.topics.items()
            if topic.kind == "reference"
        }
        read = [topic.name for topic in self.contracts.tables_of(branch)]

        def table_of(topic: str) -> ReferenceTable[Any]:
            return next(each for each in self._reference.values() if each.topic == topic)

        return Freshness(kept(self.settings.reference, topics, read), table_of)

    def _due(self, partition: int, at: int) -> bool:
        return any(each.due(partition, at) for each in self._postponements)

    def reference(self, record: type[V]) -> ReferenceTable[V]:
        """A reference table by its topic's key, the same for all who ask for it."""
        if record not in self._reference:
            topic = self.contracts.topic_of(record).name
            self._look_into(record, ReferenceTable(topic, self.codec.decoder(record)))
        return self._reference[record]

    def grouped_reference(
        self, record: type[V], groups_of: Callable[[V], Iterable[str]]
    ) -> GroupedReferenceTable[V]:
        """A reference table looked up by `groups_of` its values, and by key."""
        table = GroupedReferenceTable(
            self.contracts.topic_of(record).name, self.codec.decoder(record), groups_of
        )
        self._look_into(record, table)
        return table

    def _look_into(self, record: type[V], table: ReferenceTable[V]) -> None:
        self._reference[record] = table

    def refetch(self) -> Refetch:
        """What reads records of topics a second time, the same for all who ask for it."""
        if self._refetch is None:
            self._refetch = Refetch(self.settings.kafka_client)
            self.on_close(self._refetch.close)
        return self._refetch

    def documents(self, policies: Lookup[ReferencePolicy], memories: "Memories") -> "Documents":
        """What reads the documents that uploads point at, as sure as the policies want it."""
        # What reads documents takes longer to import than everything else together.
        from connectors.pooled_reading import PooledReading
        from connectors.reading_ahead import ReadingAhead

        settings = self.settings
        reading = PooledReading(
            settings.documents,
            settings.redis,
            self.made.model(settings),
            settings.namespace,
            self.made.attempt_failed,
        )
        self.on_close(reading.close)
        self.made.guarded(*reading.guards)
        first = settings.documents.workers
        ahead = ReadingAhead(
            self.made.documents(reading), first, self.contracts, self.codec, policies, memories
        )
        self.task.work_ahead(ahead, longest=3 * reading.longest)
        return ahead

    def deliveries(
        self, receivers: Mapping[str, Receiver], settings: sections.Delivery, decode: Decode
    ) -> "Deliveries":
        """What delivers to these receivers, and forgets nothing of it."""
        from connectors import deliveries as delivering
        from connectors.delivery_notes import DeliveryNotes

        if not receivers:
            log.info("nothing is delivered: the settings have no receivers")
        notes = DeliveryNotes(self.settings.redis, self.group)
        millisecond = timedelta(milliseconds=1)
        limits = delivering.Limits(
            settings.at_once,
            settings.wait.total_seconds(),
            settings.give_up_after // millisecond,
        )
        task = self.task
        deliveries = delivering.Deliveries(
            receivers, limits, self.refetch().fetch, decode, notes, lambda: task.assigned
        )
        task.tick(deliveries.due)
        task.between_epochs(deliveries.committed)
        task.on_rewind(deliveries.forget)
        self.on_close(deliveries.close)
        self.made.delivered(deliveries)
        self.made.guarded(notes.guard, *(each.guard for each in receivers.values()))
        return deliveries

    def on_close(self, close: Callable[[], None]) -> None:
        """Call `close` when the process ends."""
        self._closing.append(close)

    def serve(self) -> None:
        """Tell of the process where the settings say. Raises PortBusy."""
        self.on_close(self.made.served(self.settings.telemetry))

    def connect(self) -> None:
        """Wait for the broker, check the topics, and read the reference data.

        Raises TopicsMissing when topics are missing or do not fit together, Stopped when the
        process is asked to stop meanwhile.
        """
        contracts = self.contracts
        wait_for_topics(
            self.settings.kafka_client,
            [*self._reads, *self._changelogs],
            [
                *(topic.name for part in self._parts for topic in contracts.written_by(part)),
                *(topic.name for part in self._parts for topic in contracts.tables_of(part)),
                *(contracts.dead_letters_of(topic).name for topic in self._reads),
            ],
            self._stopping.is_set,
        )
        tables = ReferenceTables(self.settings.kafka_client, list(self._reference.values()))
        tables.load(self._stopping.is_set, self.made.watcher)
        self.task.between_epochs(lambda: self._refresh(tables))
        self.on_close(tables.close)

    def service(
        self, part: str, settings: sections.Service, record: type[V], *, safe: str = ""
    ) -> Service[V] | None:
        """A service for records that a reference topic lacks, None when there is none.

        `safe`: characters of a key that stand in the path as they are.
        """
        if settings.url is None:
            return None
        # The client takes as long to import as much of the rest together.
        from connectors.http_service import HttpService

        key_of = self.contracts.topic_of(record).key_of

        def decode(key: str, body: bytes) -> V:
            found = self.codec.from_json(record, json.loads(body, parse_float=str))
            if key_of(found).split("/")[0] != key.split("/")[0]:
                raise ValueError("it is about something else")
            return found

        service = HttpService(part, settings, decode, safe=safe)
        self._services.append(service)
        self.made.guarded(service.guard)
        self.on_close(service.close)
        return service

    def _refresh(self, tables: ReferenceTables) -> None:
        at = now()
        answers = [service.collect(at) for service in self._services]
        if tables.refresh() or any(answers):
            for each in self._postponements:
                each.hint(at)

    def go_back(self, failed: RecordFailed) -> Failure | None:
        """Be where the open epoch began, with the failure of a record noted beside its offset.

        None when that cannot be done, and the process must end.
        """
        if not self.task.rewind():
            return None
        for each in self._postponements:
            each.failed(failed, now())
        return self.task.remember_failure(failed)

    def abort(self) -> None:
        """Give up the open epoch."""
        if self._task is not None:
            self._task.abort()

    def close(self) -> None:
        """Leave the group and close what was opened, whatever state it is in."""
        if self._task is not None:
            self._task.close()
        for close in self._closing:
            close()
