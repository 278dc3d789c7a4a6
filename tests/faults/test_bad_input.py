"""Mutated records on every topic of a running pipeline, among invoices that must be decided."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, TypeAlias, cast

import pytest
from confluent_kafka import KafkaError, Message, Producer

from connectors import dead_letters
from connectors.codec import Undecodable
from connectors.kafka import place
from connectors.stream import Received
from flows import BRANCHES, EXTRACT, FLOWS, JOIN
from operators.audit import InvoiceAudit
from operators.decision import InvoiceDecision, InvoiceSettled
from operators.extraction.lesson_learned import InvoiceLessonLearned
from operators.notifications import InvoiceNotificationAddressed
from operators.result import FraudResult, InventoryResult, PricingResult, Result, ValidationResult
from operators.review import InvoiceReviewCompleted
from operators.statistics import JudgedRequest
from tests.contract.flow_run import whole_pipeline
from tests.contract.generated_records import CODEC, CONTRACTS, IDS, decoder
from tests.faults.fuzz.mutants import FRAMED, Mutants
from tests.integration.pipeline import Pipeline, generated

INVOICES = 100
MUTANTS = 3_000
RESULTS = (ValidationResult, InventoryResult, FraudResult, PricingResult)

Where: TypeAlias = tuple[str, int, int]


class Sent(NamedTuple):
    """A mutated record, and where it stands."""

    where: Where
    received: Received
    record: Any
    """What it says; None when it cannot be read."""
    target: bytes | None
    """The only group that is to work on it."""


@pytest.fixture
def impatient(bootstrap: str, tmp_path: Path) -> Iterator[Pipeline]:
    """A pipeline that soon decides what gets no further answers."""
    with Pipeline(bootstrap, tmp_path, MANIFOLD_JOIN__DEADLINE="15") as pipeline:
        yield pipeline


@pytest.mark.timeout(600)
def test_bad_records_are_set_aside_and_everything_else_is_decided(impatient: Pipeline) -> None:
    pipeline = impatient
    made, samples = generated(INVOICES)
    pipeline.publish_reference(made)
    started = [pipeline.start(flow) for flow in FLOWS]
    with pipeline.load(samples, per_second=20) as uploaded:
        sent = send(pipeline, mutated())
        pipeline.until(lambda: len(uploaded) == INVOICES, "every invoice uploaded")
    requests = {sample.upload.request_id for sample in samples} | {
        each.record.request_id
        for each in sent
        if isinstance(each.record, Result) and each.target is None
    }
    pipeline.until(
        lambda: requests <= pipeline.decided().keys(), "every request decided", seconds=300
    )
    pipeline.at_rest()

    assert pipeline.processes == tuple(started), "a process was restarted"
    assert not pipeline.restarts
    last = {
        each.request_id: each for each in pipeline.seen.all(InvoiceDecision) if each.attempt == 1
    }
    assert all(last[sample.upload.request_id].complete for sample in samples)
    check(pipeline, sent)


def mutated() -> list[Received]:
    """Mutated records of every topic that a flow reads."""
    bases = [
        each
        for name, records in whole_pipeline().items()
        if name in CONTRACTS.topics and CONTRACTS.topics[name].consumers
        for each in records
    ]
    return [each.received for each in Mutants("none", bases, Random(7)).take(MUTANTS, 0)]


def send(pipeline: Pipeline, mutants: Sequence[Received]) -> list[Sent]:
    """Write records as they are; what each of them is."""
    places: list[Where] = [("", 0, 0)] * len(mutants)
    producer = Producer(pipeline.kafka)
    for number, mutant in enumerate(mutants):

        def written(error: KafkaError | None, message: Message, number: int = number) -> None:
            assert error is None, error
            places[number] = place(message)

        topic = pipeline.namespace + mutant.topic
        headers: Any = list(mutant.headers)
        producer.produce(topic, mutant.value, mutant.key, headers=headers, on_delivery=written)
        producer.poll(0)
    assert producer.flush(60) == 0
    return [
        Sent(where, mutant, understood(mutant), mutant.header(dead_letters.TARGET_GROUP))
        for where, mutant in zip(places, mutants, strict=True)
    ]


def understood(mutant: Received) -> Any:
    """The record, None when it is none: no process knows the ids of foreign schemas here."""
    if mutant.value is None or int.from_bytes(mutant.value[1:FRAMED], "big") in IDS.foreign:
        return None
    try:
        return decoder(mutant.topic)(mutant.value)
    except Undecodable:
        return None


def counts(mutant: Received) -> bool:
    """Whether a decision can be counted."""
    try:
        CODEC.decoder(JudgedRequest)(mutant.value or b"")
    except Undecodable:
        return False
    return True


def check(pipeline: Pipeline, sent: Sequence[Sent]) -> None:
    """Each group has answered each record, or set it aside, once."""
    letters = Counter(map(source_of, pipeline.seen.letters()))
    answers = Counter(answered(pipeline))
    wrong = []
    for flow in FLOWS:
        group = pipeline.namespace + flow
        reads = {topic.name for topic in pipeline.contracts.read_by(flow)}
        for each in sent:
            if each.where[0] not in reads:
                continue
            found = letters[group, each.where], answers[flow, each.where]
            heard = flow in (EXTRACT, JOIN) and isinstance(each.record, InvoiceReviewCompleted)
            if heard and each.target is None and found in ((0, 0), (1, 0)):
                # Whether it is refused depends on what was under review by then, and where: one
                # under another key is sent on, and is set aside there.
                continue
            if flow == "statistics" and found == (0, 0) and counts(each.received):
                # It reads some fields only, and does not miss what is wrong with the others.
                continue
            addressed = isinstance(each.record, InvoiceNotificationAddressed)
            if addressed and each.target is None and found in ((0, 0), (1, 0)):
                # Without receivers it is given up, at once or when it is due; of several with one
                # delivery id that stand there together, one.
                continue
            if found != expected(flow, each):
                wrong.append((flow, each.where, each.received.value, found))
    assert not wrong, wrong[:5]


def expected(flow: str, sent: Sent) -> tuple[int, int]:
    """How many dead letters and how many answers that name it as their source."""
    record = sent.record
    if sent.target is not None:
        return 0, 0
    if record is None:
        return 1, 0
    match flow:
        case "collect":
            return 0, 1
        case "enrich":
            # The uploads that were approved stand in no topic of this pipeline.
            return (1, 0) if record.outcome == "APPROVED" else (0, 0)
        case "decide" | "statistics" | "notify" | "deliver":
            return 0, 0
        case "extract" if isinstance(record, InvoiceLessonLearned):
            nobodys = record.learned is None and record.kind != "FORGOTTEN"
            return int(nobodys or record.kind == "UNKNOWN"), 0
        case "extract":
            # What it points at is in no store.
            return int(record.invoice is None and record.document is not None), 0
    if isinstance(record, InvoiceSettled) or record.invoice is None:
        return 0, 0
    return (0, 1) if record.vendor_id else (1, 0)


def source_of(letter: Received) -> tuple[str, Where]:
    """The group that wrote a dead letter, and the record's place."""
    headers = dict(letter.headers)
    topic = headers[dead_letters.TOPIC].decode()
    partition, offset = headers[dead_letters.PARTITION], headers[dead_letters.OFFSET]
    return headers[dead_letters.GROUP].decode(), (topic, int(partition), int(offset))


def answered(pipeline: Pipeline) -> Iterator[tuple[str, Where]]:
    """What each answer is about, with the flow that gave it."""
    for flow, kind in (*zip(BRANCHES, RESULTS, strict=True), ("collect", InvoiceAudit)):
        answers: list[Any] = pipeline.seen.all(cast(type[Any], kind))
        for answer in answers:
            yield flow, (answer.source.topic, answer.source.partition, answer.source.offset)
