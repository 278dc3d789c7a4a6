"""Every flow does what the contracts of its topics say, and loses no record that is broken."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from connectors import dead_letters
from connectors.dead_letters import TARGET_GROUP
from connectors.stream import Batch, Event, Failure, Outgoing, Reason, Received, Revoked
from flows import FLOWS
from operators.answer import NO_POLICY
from operators.candidate import IN_FORCE
from operators.result import Result
from operators.time import isoformat
from tests.contract.flow_run import start, whole_pipeline, written
from tests.contract.generated_records import (
    AT,
    CODEC,
    CONTRACTS,
    IDS,
    SAMPLES,
    TRACE,
    UNREAD,
    arrived,
    class_of,
    decoded,
    inputs_of,
    reference_bytes,
    sent,
)

BRANCHES = [
    flow
    for flow in FLOWS
    if any(issubclass(class_of(topic), Result) for topic in CONTRACTS.written_by(flow))
]
READ = [(flow, topic.name) for flow in FLOWS for topic in CONTRACTS.read_by(flow)]
HEADERS = {
    "ce_specversion",
    "ce_source",
    "ce_type",
    "ce_id",
    "ce_time",
    "content-type",
    "traceparent",
}
WITHOUT_IDENTIFIER = 900_001
POISON = Failure(7, 3, AT - 9_000, "ZeroDivisionError", "division by zero", "Traceback ...")


def inputs(flow: str) -> list[Received]:
    """Everything a flow reads when the generated invoices pass through."""
    return inputs_of(flow, whole_pipeline())


def letters(records: list[Outgoing]) -> list[Outgoing]:
    """The dead letters among what was written."""
    return [record for record in records if record.topic.endswith(".dlq")]


def good(records: list[Outgoing]) -> list[Outgoing]:
    """What was written besides dead letters."""
    return [record for record in records if not record.topic.endswith(".dlq")]


def header(record: Outgoing, name: str) -> str:
    """A header that must be there exactly once."""
    (value,) = [value for key, value in record.headers if key == name]
    return value.decode()


@pytest.mark.parametrize("flow", FLOWS)
def test_reads_the_topics_that_name_it_and_no_others(flow: str) -> None:
    named = {topic.name for topic in CONTRACTS.topics.values() if flow in topic.consumers}
    runtime = start(flow, [])
    assert {CONTRACTS.topic_of(record).name for record in runtime.reads} == named
    assert {received.topic for received in inputs(flow)} == named


@pytest.mark.parametrize("flow", FLOWS)
def test_keeps_the_tables_that_have_a_changelog(flow: str) -> None:
    tables = start(flow, []).state.open(0)
    changelogs = {topic.name for topic in CONTRACTS.changelogs_of(flow)}
    assert {f"{flow}.{table}.changelog" for table in tables} == changelogs


@pytest.mark.parametrize("flow", FLOWS)
def test_looks_up_the_reference_topics_that_name_it(flow: str) -> None:
    assert start(flow, []).looked_up == {topic.name for topic in CONTRACTS.tables_of(flow)}


@pytest.mark.parametrize("flow", FLOWS)
def test_writes_the_topics_that_name_it_and_no_others(flow: str) -> None:
    named = {
        topic.name
        for topic in CONTRACTS.topics.values()
        if flow in topic.producers and topic.kind in ("stream", "reference")
    }
    assert {record.topic for record in written(flow, inputs(flow))} == named


@pytest.mark.parametrize("flow", FLOWS)
def test_every_record_follows_its_contract(flow: str) -> None:
    traces = set()
    for outgoing in written(flow, inputs(flow)):
        topic = CONTRACTS.topics[outgoing.topic]
        record = decoded(outgoing)
        assert outgoing.key == topic.key_of(record).encode()
        assert {name for name, _ in outgoing.headers} == HEADERS
        assert header(outgoing, "ce_source") == f"/manifold/{flow}"
        assert header(outgoing, "ce_type") == outgoing.topic
        assert header(outgoing, "ce_time") == isoformat(AT)
        assert header(outgoing, "content-type") == "application/avro"
        parts = re.fullmatch(
            r"00-([0-9a-f]{32})-([0-9a-f]{16})-01", header(outgoing, "traceparent")
        )
        assert parts is not None
        traces.add(parts[1])
    assert traces == {TRACE.decode()}


@pytest.mark.parametrize("flow", FLOWS)
def test_writing_again_after_a_restart_gives_the_same_records(flow: str) -> None:
    assert written(flow, inputs(flow)) == written(flow, inputs(flow))


def not_framed(received: Received) -> Received:
    return replace(received, value=b"{}")


def no_bytes(received: Received) -> Received:
    return replace(received, value=b"")


def unknown_schema(received: Received) -> Received:
    return replace(received, value=b"\0" + (900_000).to_bytes(4, "big") + b"xyz")


def cut_off(received: Received) -> Received:
    value = received.value or b""
    return replace(received, value=value[: 5 + (len(value) - 5) // 2])


def another_record(received: Received) -> Received:
    other = next(each for each in reference_bytes().values())[0][1]
    return replace(received, value=other)


def without_identifier(received: Received) -> Received:
    """As a writer would send it whose schema lacks the first field, which says what it is about."""
    topic = CONTRACTS.topics[received.topic]
    assert topic.record is not None
    schema = json.loads(json.dumps(CONTRACTS.versions[topic.record][-1].schema))
    schema["fields"] = schema["fields"][1:]
    IDS.foreign[WITHOUT_IDENTIFIER] = schema
    value = received.value or b""
    skipped = 5 + 1 + value[5] // 2
    return replace(received, value=b"\0" + WITHOUT_IDENTIFIER.to_bytes(4, "big") + value[skipped:])


def tombstone(received: Received) -> Received:
    return replace(received, value=None)


def poison(received: Received) -> Received:
    return replace(received, poison=POISON)


BROKEN: Mapping[Callable[[Received], Received], Reason] = {
    not_framed: "not_framed",
    no_bytes: "not_framed",
    unknown_schema: "unknown_schema",
    cut_off: "undecodable",
    another_record: "contract_broken",
    without_identifier: "contract_broken",
    tombstone: "empty",
    poison: "poison",
}


@pytest.mark.parametrize(("flow", "topic"), READ)
def test_broken_records_become_dead_letters_and_the_others_are_answered(
    flow: str, topic: str
) -> None:
    whole = inputs(flow)
    sound = next(received for received in whole if received.topic == topic)
    broken = [replace(breaks(sound), offset=1_000 + number) for number, breaks in enumerate(BROKEN)]
    mixed = list(whole)
    for number, received in enumerate(broken):
        mixed.insert(number * len(mixed) // len(broken), received)

    records = written(flow, mixed)

    assert good(records) == written(flow, whole)
    found = letters(records)
    assert {letter.topic for letter in found} == {f"{topic}.dlq"}
    by_offset = {int(header(letter, dead_letters.OFFSET)): letter for letter in found}
    for received, reason in zip(broken, BROKEN.values(), strict=True):
        letter = by_offset.pop(received.offset)
        assert header(letter, dead_letters.ERROR_REASON) == reason
        assert_kept(flow, letter, received)
    assert not by_offset


def assert_kept(flow: str, letter: Outgoing, received: Received) -> None:
    """The dead letter is the record as it came, and says all of why and where."""
    assert letter.key == received.key
    assert letter.value == received.value
    assert letter.timestamp == received.timestamp
    own = list(received.headers)
    assert list(letter.headers[: len(own)]) == own
    assert {name for name, _ in letter.headers[len(own) :]} == {
        "__streams.errors.exception",
        "__streams.errors.message",
        "__streams.errors.stacktrace",
        "__streams.errors.topic",
        "__streams.errors.partition",
        "__streams.errors.offset",
        "manifold.error.reason",
        "manifold.error.group",
        "manifold.error.attempts",
        "manifold.error.first_seen",
        "manifold.error.last_seen",
    }
    failure = received.poison
    assert header(letter, "__streams.errors.topic") == received.topic
    assert header(letter, "__streams.errors.partition") == str(received.partition)
    assert header(letter, "manifold.error.group") == flow
    assert header(letter, "__streams.errors.message")
    assert header(letter, "manifold.error.attempts") == ("3" if failure else "1")
    assert header(letter, "manifold.error.first_seen") == isoformat(
        failure.first_seen if failure else AT
    )
    assert header(letter, "manifold.error.last_seen") == isoformat(AT)
    if failure:
        assert header(letter, "__streams.errors.exception") == failure.exception
        assert header(letter, "__streams.errors.stacktrace") == failure.stacktrace


@pytest.mark.parametrize("flow", FLOWS)
def test_a_record_replayed_for_another_group_is_left_out(flow: str) -> None:
    assert written(flow, [aimed(received, "another") for received in inputs(flow)]) == []


@pytest.mark.parametrize("flow", FLOWS)
def test_a_record_replayed_for_this_group_is_worked_on(flow: str) -> None:
    replayed = [aimed(received, flow) for received in inputs(flow)]
    assert written(flow, replayed) == written(flow, inputs(flow))


@pytest.mark.parametrize("flow", FLOWS)
def test_a_replayed_record_that_is_still_broken_carries_each_header_once(flow: str) -> None:
    (letter,) = letters(written(flow, [cut_off(inputs(flow)[0])]))
    replayed = replace(arrived(letter, 5), topic=inputs(flow)[0].topic)
    (again,) = letters(written(flow, [aimed(replayed, flow)]))
    names = [name for name, _ in again.headers]
    assert len(names) == len(set(names))
    assert TARGET_GROUP not in names
    assert again.value == letter.value


@pytest.mark.parametrize("flow", FLOWS)
def test_a_replayed_record_that_is_still_broken_counts_on(flow: str) -> None:
    (letter,) = letters(written(flow, [cut_off(inputs(flow)[0])]))
    first = arrived(letter, 5)
    replayed = replace(
        first, topic=inputs(flow)[0].topic, headers=dead_letters.replay_headers(first)
    )
    (again,) = letters(written(flow, [replayed]))
    assert header(again, dead_letters.ATTEMPTS) == "2"
    seen = dead_letters.FIRST_SEEN
    assert header(again, seen) == header(letter, seen)


@pytest.mark.parametrize(
    ("attempts", "first_seen"), [(b"-1", b"2026"), (b"9" * 5_000, b"now"), (b"", b"\xff")]
)
def test_what_a_producer_says_of_failures_is_not_taken_over(
    attempts: bytes, first_seen: bytes
) -> None:
    said = [(dead_letters.ATTEMPTS, attempts), (dead_letters.FIRST_SEEN, first_seen)]
    broken = cut_off(inputs("pricing")[0])
    broken = replace(broken, headers=[*broken.headers, *said])
    for received in (broken, aimed(broken, "pricing")):
        (letter,) = letters(written("pricing", [received]))
        assert header(letter, dead_letters.ATTEMPTS) == "1"
        assert header(letter, dead_letters.FIRST_SEEN).startswith("20")
    well_made = [(dead_letters.ATTEMPTS, b"7")]
    (letter,) = letters(written("pricing", [replace(broken, headers=well_made)]))
    assert header(letter, dead_letters.ATTEMPTS) == "1", "it was not replayed"


def aimed(received: Received, group: str) -> Received:
    """The record as a replay for one group sends it."""
    return replace(received, headers=[*received.headers, (TARGET_GROUP, group.encode())])


@pytest.mark.parametrize("flow", BRANCHES)
def test_an_invoice_without_its_vendor_breaks_the_contract(flow: str) -> None:
    broken = sent(replace(SAMPLES[0].upload, vendor_id=None), 1)
    records = written(flow, [sent(SAMPLES[1].upload, 0), broken, sent(SAMPLES[2].upload, 2)])
    (letter,) = letters(records)
    assert header(letter, dead_letters.ERROR_REASON) == "contract_broken"
    assert "vendor_id" in header(letter, dead_letters.MESSAGE)
    assert_kept(flow, letter, broken)
    assert len(good(records)) == 2


@pytest.mark.parametrize("flow", BRANCHES)
def test_an_upload_that_only_points_at_a_document_is_not_answered(flow: str) -> None:
    assert written(flow, [sent(replace(SAMPLES[0].upload, vendor_id=None, invoice=None))]) == []


def test_without_a_policy_every_branch_says_so_and_a_person_decides() -> None:
    upload = sent(SAMPLES[1].upload)
    results = [
        outgoing for flow in BRANCHES for outgoing in written(flow, [upload], reference=False)
    ]
    for outgoing in results:
        result = decoded(outgoing)
        assert (result.status, result.unknown_reason) == ("UNKNOWN", NO_POLICY)
    decision, asked = [
        decoded(each) for each in written("decide", [arrived(r, 0) for r in results])
    ]
    assert asked.needed == 2
    assert (decision.status, decision.complete) == ("REVIEW", True)
    assert {answer.unknown_reason for answer in decision.branches} == {NO_POLICY}


def test_the_policy_in_force_is_the_one_that_is_published() -> None:
    policies = reference_bytes()["reference.policy"]
    assert [key for key, _ in policies] == [IN_FORCE.encode()]


def test_every_sample_gets_the_decision_it_was_made_for() -> None:
    decisions: dict[str, Any] = {}
    for received in whole_pipeline()["invoice.decision"]:
        decision = CODEC.decoder(class_of(CONTRACTS.topics[received.topic]))(received.value or b"")
        if decision.revision > 1 or not decision.branches:
            continue
        assert decision.request_id not in decisions
        assert decision.complete
        decisions[decision.request_id] = decision.status
    assert decisions == {
        sample.upload.request_id: sample.decision
        for sample in SAMPLES
        if sample.upload.request_id not in UNREAD
    }


@pytest.mark.parametrize("flow", [flow for flow in FLOWS if CONTRACTS.changelogs_of(flow)])
def test_revocation_drops_state_and_the_records_behind_it_are_worked_on(flow: str) -> None:
    whole = inputs(flow)
    before, behind = whole[: len(whole) // 2], whole[len(whole) // 2 :]
    # Without reference data, flows that keep nothing else keep what they have postponed.
    reference = {topic.name for topic in CONTRACTS.changelogs_of(flow)} != {
        f"{flow}.postponed.changelog"
    }
    alone = start(flow, [Batch(0, AT, behind)], reference=reference)
    events: list[Event[Received]] = [Batch(0, AT, before), Revoked(0), Batch(0, AT, behind)]

    revoked = start(flow, events, reference=reference)

    assert [r for records in revoked.written for r in records] == [
        *written(flow, before, reference=reference),
        *(record for records in alone.written for record in records),
    ]
    assert contents(revoked.state.partitions[0]) == contents(alone.state.partitions[0])
    kept = start(flow, [Batch(0, AT, before), Batch(0, AT, behind)], reference=reference)
    assert contents(kept.state.partitions[0]) != contents(alone.state.partitions[0])


def contents(tables: Mapping[str, Any]) -> dict[str, list[tuple[str, Any]]]:
    """What stands in tables."""
    return {name: list(table.items()) for name, table in tables.items()}
