"""Whatever bytes come: a record, or a reason. Whatever a record holds: an answer, or a reason."""

from collections.abc import Mapping
from typing import Any, cast, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.codec import FRAMED, Reason, Undecodable
from connectors.dead_letters import CUT, TARGET_GROUP
from connectors.failures import from_metadata
from connectors.records import RECORDS
from connectors.reference import GroupedReferenceTable, ReferenceTable
from connectors.stream import Failure, Received
from operators.reference import ReferenceGoodsReceipt, ReferenceVendor
from tests.contract.avro_values import values
from tests.contract.flow_run import written
from tests.contract.generated_records import (
    AT,
    CODEC,
    CONTRACTS,
    SAMPLES,
    decoder,
    reference_bytes,
    sent,
)
from tests.faults.fuzz.mutants import shape_of

TOPICS = sorted(CONTRACTS.topic_of(record).name for record in RECORDS)
BRANCHES = ("validation", "inventory", "fraud", "pricing")
UPLOAD = sent(SAMPLES[1].upload)


def refusal(topic: str, value: bytes) -> Undecodable | None:
    """Why a value is no record of a topic; None when it is one."""
    try:
        decoder(topic)(value)
    except Undecodable as refused:
        return refused
    return None


def framing(topic: str) -> bytes:
    """What a sound value of a topic begins with."""
    record = next(each for each in RECORDS if CONTRACTS.topic_of(each).name == topic)
    example = CONTRACTS.topics[topic].examples
    assert example, f"{topic} needs an example"
    return CODEC.encoder(record)(CODEC.from_json(record, example[0]))[:FRAMED]


@pytest.mark.parametrize("topic", TOPICS)
@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=120))
def test_any_bytes_are_a_record_or_are_refused_with_a_reason(topic: str, body: bytes) -> None:
    for value in (body, framing(topic) + body):
        refused = refusal(topic, value)
        assert refused is None or refused.reason in get_args(Reason)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_invoice_that_keeps_to_its_contract_is_answered_by_every_branch(
    data: st.DataObject,
) -> None:
    shape = shape_of(UPLOAD.topic)
    fields = shape.read(UPLOAD.value or b"")
    (invoice,) = (field.type for field in shape.tree.fields if field.name == "invoice")
    drawn = data.draw(values(invoice).filter(lambda value: value is not None))
    fields["invoice"] = drawn
    upload = replace(UPLOAD, value=(UPLOAD.value or b"")[:FRAMED] + shape.write(fields))
    if refusal(UPLOAD.topic, upload.value or b"") is not None:
        assert beyond_the_calendar(drawn)
        return
    for flow in BRANCHES:
        (answer,) = written(flow, [upload])
        assert answer.topic == f"invoice.{flow}.result"


def beyond_the_calendar(value: Any) -> bool:
    """Whether a number stands for a day outside the years 1 to 9999."""
    if isinstance(value, Mapping):
        return any(map(beyond_the_calendar, value.values()))
    return isinstance(value, int) and not -719_162 <= value <= 2_932_896


@given(st.text())
def test_any_text_beside_an_offset_is_a_failure_or_none(text: str) -> None:
    assert isinstance(from_metadata(text), Failure | None)


@given(
    st.lists(
        st.tuples(st.binary(max_size=4), st.none() | st.binary(max_size=60) | st.just(b"sound")),
        max_size=12,
    )
)
def test_reference_records_that_cannot_be_read_leave_the_others_in_force(
    records: list[tuple[bytes, bytes | None]],
) -> None:
    for kind, table in tables():
        sound = reference_bytes()[table.topic][0][1]
        for key, value in [(b"kept", sound), *records]:
            table.apply(key, sound if value == b"sound" else value)
        assert isinstance(table.get("kept"), kind) or (b"kept", None) in records


def tables() -> list[tuple[type[Any], ReferenceTable[Any]]]:
    """A plain and a grouped table, empty."""
    vendors, receipts = (
        (CONTRACTS.topic_of(record).name, CODEC.decoder(record))
        for record in (ReferenceVendor, ReferenceGoodsReceipt)
    )
    return [
        (ReferenceVendor, ReferenceTable(*vendors)),
        (
            ReferenceGoodsReceipt,
            GroupedReferenceTable(*receipts, lambda each: (each.purchase_order,)),
        ),
    ]


def with_attempt(attempt: int) -> Received:
    """An upload whose attempt is a longer integer than its type allows."""
    shape = shape_of(UPLOAD.topic)
    fields = shape.read(UPLOAD.value or b"") | {"attempt": attempt}
    return replace(UPLOAD, value=(UPLOAD.value or b"")[:FRAMED] + shape.write(fields))


@pytest.mark.parametrize("attempt", [2**31, -(2**31) - 1, 2**40])
def test_an_integer_beyond_32_bits_is_set_aside(attempt: int) -> None:
    (letter,) = written("validation", [with_attempt(attempt)])
    assert letter.topic == f"{UPLOAD.topic}.dlq"


@pytest.mark.parametrize("timestamp", [253_402_300_800_000, 2**62])
def test_a_record_dated_beyond_the_calendar_is_answered(timestamp: int) -> None:
    assert timestamp > AT
    (answer,) = written("validation", [replace(UPLOAD, timestamp=timestamp)])
    assert answer.topic == "invoice.validation.result"


def test_a_target_header_without_value_targets_nobody() -> None:
    upload = replace(UPLOAD, headers=[(TARGET_GROUP, cast(bytes, None))])
    (answer,) = written("validation", [upload])
    assert answer.topic == "invoice.validation.result"


def test_a_value_that_a_dead_letter_cannot_hold_is_cut_and_that_is_said() -> None:
    large = replace(UPLOAD, value=b"x" * 3_000_000, headers=[("own", b"h" * 100_000)])
    (letter,) = written("validation", [large])
    room = CONTRACTS.dead_letters_of(UPLOAD.topic).max_message_bytes
    beside = sum(len(name) + len(value) for name, value in letter.headers) + len(letter.key or b"")
    assert room - 1_000 < len(letter.value or b"") + beside < room
    assert dict(letter.headers)[CUT] == b"3000000"
    assert dict(letter.headers)["own"] == b"h" * 100_000
