"""One run of one system: topics, groups and a folder of its own, deleted afterwards."""

import secrets
import shutil
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from bench.harness.broker import Broker
from bench.harness.inputs import Input
from bench.harness.system import System
from bench.harness.workload import WORKLOADS
from connectors.codec import Codec, LockIds
from connectors.contracts import Topic
from connectors.kafka import client
from connectors.publish import Publisher
from connectors.records import RECORDS
from connectors.topics import Topics
from operators.decision import InvoiceDecision
from operators.upload import InvoiceUploaded

_SECONDS = 30


class Trial:
    """The surroundings of a run. As a context manager it makes them and takes them away."""

    def __init__(self, broker: Broker, system: System, shared: Input | None = None) -> None:
        """`shared`: uploads that wait already; without them the run has an empty input."""
        self.broker = broker
        self.system = system
        self.workload = WORKLOADS[system.invoices]
        self.namespace = f"bench-{secrets.token_hex(3)}-{system.name}."
        own = shared is None or self.workload.own_input
        self.input = f"{self.namespace}invoice.uploaded" if own or shared is None else shared.topic
        self._copied = shared if own else None
        self.contracts = self.workload.contracts(self.namespace, self.input)
        self.codec = Codec(self.contracts, LockIds(self.contracts))
        self.folder = Path()

    def __enter__(self) -> Self:
        """Topics created, waiting uploads copied where the system must own its input."""
        self.folder = Path(tempfile.mkdtemp(prefix="manifold-bench-"))
        try:
            topics = Topics(self.broker.client)
            topics.create(topics.plan(self.contracts.every_topic()))
            if self._copied is not None:
                self._copied.copy(self.broker, self.input)
        except BaseException:
            self._delete()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing of the run left on the broker or the disk."""
        self._delete()

    @property
    def decisions(self) -> str:
        """The topic of the decisions."""
        return self.contracts.topic_of(InvoiceDecision).name

    @property
    def results(self) -> dict[str, type]:
        """Topics of the results and decisions, with what they carry."""
        wanted = {"Result", "Decision"}
        return {
            self.contracts.topic_of(record).name: record
            for record in RECORDS
            if any(record.__name__.endswith(end) for end in wanted)
        }

    def publish_reference(self, count: int) -> None:
        """Write the reference data that so many uploads are measured against."""
        with Publisher(self.broker.client, self.contracts, self.codec, "bench") as publisher:
            for key, record in self.workload.reference(count):
                publisher.send(record, key)

    def topic_of_uploads(self) -> Topic:
        """The contract of the input."""
        return self.contracts.topic_of(InvoiceUploaded)

    def _delete(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        delete(self.broker, self.namespace)


def delete(broker: Broker, prefix: str) -> None:
    """Delete every topic and group whose name begins so, and wait until they are gone."""
    admin = AdminClient(client(broker.client))
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        names = [name for name in admin.list_topics(timeout=10).topics if name.startswith(prefix)]
        if not names:
            break
        for future in admin.delete_topics(names, request_timeout=10).values():
            try:
                future.result()
            except KafkaException:
                continue
        time.sleep(0.1)
    else:
        print(f"topics {prefix}* are left on {broker.bootstrap}")
    listed = admin.list_consumer_groups(request_timeout=10).result().valid
    groups = [each.group_id for each in listed if each.group_id.startswith(prefix)]
    if not groups:
        return
    for future in admin.delete_consumer_groups(groups, request_timeout=10).values():
        try:
            future.result()
        except KafkaException:
            # Members that were killed are still counted as members; the broker forgets them later.
            continue
