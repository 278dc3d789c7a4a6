"""What is known in Kafka of one request: its records, and what each branch made of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from connectors.browse import every_partition, read_between, start_offsets, topics_there
from connectors.content import (
    Content,
    belongs_to,
    content_of,
    may_belong_to,
    rejection,
    text_header,
)
from connectors.contracts import Topic
from connectors.dead_letters import FIRST_SEEN
from connectors.groups import committed
from connectors.murmur2 import partition_of
from connectors.offsets import Where
from connectors.stream import Received
from manifold.cli.cluster import Cluster, progress
from operators.decide import NAMES
from operators.decision import InvoiceDecision
from operators.money import parse, render
from operators.time import Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

_SOURCE = "/manifold/"


class Step(msgspec.Struct, frozen=True):
    """One record about the request."""

    at: Instant
    """When it was written; of a dead letter, when it failed first."""
    flow: str
    """Who wrote it."""
    received: Received
    content: Content
    rejection: dict[str, str] | None
    """Of a dead letter: reason, message, group."""
    is_upload: bool

    @property
    def attempt(self) -> int | None:
        """The attempt, if the record could be read."""
        found = self._field("attempt")
        return found if isinstance(found, int) else None

    @property
    def status(self) -> str:
        """The status or outcome it carries, or nothing."""
        return str(self._field("status") or self._field("outcome") or "")

    @property
    def summary(self) -> str:
        """What else it says, in a few words."""
        record = self.content.record
        if not isinstance(record, dict):
            return self.content.problem or self.content.kind
        return ", ".join(_words(record))

    def _field(self, name: str) -> Any:
        record = self.content.record
        return record.get(name) if isinstance(record, dict) else None


class Branch(msgspec.Struct, frozen=True):
    """What a flow made of the request's latest attempt."""

    flow: str
    status: str
    """Empty when there is no answer."""
    missing: str
    """Why there is no answer; empty when there is one."""


def collect(
    there: Cluster, request_id: str, since: Instant | None, *, everywhere: bool
) -> list[Step]:
    """Every record about a request, oldest first."""
    existing = topics_there(there.kafka)
    partitions: list[Where] = []
    for topic in _topics(there):
        count = existing.get(topic.name, 0)
        if count and topic.key == "request_id" and not everywhere:
            partitions.append((topic.name, partition_of(request_id.encode(), count)))
        else:
            partitions += every_partition({topic.name: count})
    starts = start_offsets(there.kafka, partitions, since)
    with progress("reading") as tell:
        found = [
            _step(there, received, content)
            for received in read_between(there.kafka, starts, tell=tell)
            if may_belong_to(received, request_id.encode())
            and belongs_to(
                received,
                content := content_of(received, there.contracts, there.codec),
                request_id,
            )
        ]
    return sorted(found, key=lambda step: (step.at, not step.is_upload))


def branches(there: Cluster, steps: list[Step]) -> list[Branch]:
    """What each branch, and the join, made of the latest attempt."""
    attempt = max((step.attempt or 1 for step in steps), default=1)
    latest = [step for step in steps if step.attempt in (attempt, None)]
    decisions = there.topic(InvoiceDecision)
    results = sorted((there.topic(kind) for kind in NAMES), key=lambda topic: topic.name)
    inputs = [step for step in latest if step.is_upload and step.content.record["invoice"]]
    answers = [step for step in latest if step.received.topic in {each.name for each in results}]
    return [
        *(_branch(there, topic, latest, inputs) for topic in results),
        _branch(there, decisions, latest, answers),
    ]


def _branch(there: Cluster, topic: Topic, latest: list[Step], inputs: list[Step]) -> Branch:
    flow = topic.producers[0]
    for step in reversed(latest):
        if step.received.topic == topic.name and step.status:
            return Branch(flow, step.status, "")
    for step in reversed(latest):
        if step.rejection is not None and step.flow == flow:
            why = f"dead letter {step.rejection['reason']}: {step.rejection['message']}"
            return Branch(flow, "", why)
    return Branch(flow, "", _why_silent(there, flow, inputs))


def _why_silent(there: Cluster, flow: str, inputs: list[Step]) -> str:
    if not inputs:
        return "nothing has come for it to answer"
    offsets = committed(
        there.kafka,
        there.group(flow),
        {(step.received.topic, step.received.partition) for step in inputs},
    )
    for step in inputs:
        received = step.received
        where = f"{received.topic}[{received.partition}]"
        offset = offsets.get((received.topic, received.partition))
        if offset is None:
            return (
                f"not read yet: its group has committed nothing for {where}; start it with "
                f"`manifold run {flow}`"
            )
        if offset <= received.offset:
            behind = received.offset - offset + 1
            return f"not read yet: its group's offset is {offset}, {behind} behind in {where}"
    return "everything has been read; no answer yet, or it is older than what was searched"


def _topics(there: Cluster) -> Iterator[Topic]:
    for topic in there.contracts.topics.values():
        if topic.record is None:
            continue
        fields = there.contracts.versions[topic.record][-1].schema["fields"]
        if any(field["name"] == "request_id" for field in fields):
            yield topic
            if topic.consumers:
                yield there.contracts.dead_letters_of(topic.name)


def _uploads(there: Cluster) -> set[str]:
    return {there.topic(InvoiceUploaded).name, there.topic(InvoiceOcrCompleted).name}


def _step(there: Cluster, received: Received, content: Content) -> Step:
    rejected = rejection(received)
    at = received.timestamp
    first_seen = text_header(received, FIRST_SEEN)
    if rejected is not None and first_seen:
        at = round(datetime.fromisoformat(first_seen).timestamp() * 1_000)
    topic = there.contracts.topics.get(received.topic)
    is_upload = received.topic in _uploads(there) and content.problem is None
    flow = _flow(received, topic, rejected).removeprefix(there.contracts.namespace)
    return Step(at, flow, received, content, rejected, is_upload)


def _flow(received: Received, topic: Topic | None, rejected: dict[str, str] | None) -> str:
    if rejected is not None:
        return rejected["group"]
    source = text_header(received, "ce_source") or ""
    if source.startswith(_SOURCE):
        return source.removeprefix(_SOURCE)
    return topic.producers[0] if topic is not None and topic.producers else "?"


def _people(record: dict[str, Any]) -> str:
    who = f" of {record['approvers']}" if record["approvers"] else ""
    return f"{record['needed'] - len(record['approvals'])} to approve{who}"


def _words(record: dict[str, Any]) -> Iterator[str]:
    """The few things worth seeing of any record."""
    if record.get("attempt", 1) != 1:
        yield f"attempt {record['attempt']}"
    if "revision" in record and "complete" in record:
        yield f"revision {record['revision']}"
    if "reviewer" in record:
        yield f"on revision {record['revision']} by {record['reviewer']}: {record['reason']}"
    if "needed" in record:
        yield f"revision {record['revision']}: {_people(record)}"
    if record.get("missing"):
        yield f"without {', '.join(record['missing']).lower()}"
    if record.get("unknown_reason"):
        yield str(record["unknown_reason"])
    if record.get("violations"):
        yield ", ".join(violation["rule_id"] for violation in record["violations"])
    details = record.get("details")
    if isinstance(details, dict) and details.get("savings_total"):
        yield f"{render(parse(details['savings_total']))} {details['currency']} to save"
    if record.get("changes"):
        yield "; ".join(record["changes"])
    if "invoice" in record and "origin" in record:
        document = "" if record["invoice"] else " (document)"
        yield f"invoice {record['invoice_id']}{document} of {record['vendor_id'] or 'no vendor'}"
    if "sequence" in record:
        yield f"entry {record['sequence']} of chain {record['chain']}: {record['kind']}"
    if "subject" in record:
        yield f"to {record['audience'].lower()}: {record['subject']}"
