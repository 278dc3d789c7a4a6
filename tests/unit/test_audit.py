"""The chain's hashes: reproducible by anybody, and sensitive to every change."""

import hashlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from operators.audit import START, Event, InvoiceAudit, canonical, enter, verify, witness
from operators.decision import InvoiceDecision
from operators.result import Source, ValidationDetails, ValidationResult
from operators.upload import InvoiceUploaded, Metadata

UPLOAD = InvoiceUploaded(
    request_id="r-1", invoice_id="i-1", origin="API", uploaded_at=5, metadata=Metadata()
)


def event(offset: int, request_id: str = "r-1") -> Event:
    upload = replace(UPLOAD, request_id=request_id)
    return witness("uploaded", upload, Source("uploads", 3, offset), b"%d" % offset)


def chain(length: int) -> list[InvoiceAudit]:
    entries: list[InvoiceAudit] = []
    for offset in range(length):
        previous = entries[-1].hash if entries else START
        entries.append(enter("collect-3", offset + 1, previous, event(offset)))
    return entries


@given(st.text())
def test_the_canonical_form_is_what_any_json_library_writes(request_id: str) -> None:
    entry = enter("collect-3", 1, START, event(0, request_id.encode("utf-8", "replace").decode()))
    values = [getattr(entry, field.name) for field in fields(InvoiceAudit)]
    values = [*values[:9], *(getattr(entry.source, f.name) for f in fields(Source)), values[10]]
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    assert canonical(entry) == text.encode()
    assert entry.hash == hashlib.sha256(b"0" * 64 + text.encode()).hexdigest()


def test_an_untouched_chain_is_sound() -> None:
    assert verify(chain(5)) is None
    assert verify([]) is None


def test_every_changed_field_is_noticed_at_its_entry() -> None:
    whole = chain(4)
    for field in fields(InvoiceAudit):
        value = getattr(whole[2], field.name)
        changed: object
        if isinstance(value, Source):
            changed = replace(value, offset=99)
        else:
            changed = value + (1 if isinstance(value, int) else "0")
        broken = [*whole[:2], replace(whole[2], **{field.name: changed}), whole[3]]
        breach = verify(broken)
        assert breach is not None, field.name
        assert breach.sequence == 3, field.name


@pytest.mark.parametrize(
    "tamper",
    [
        lambda whole: [whole[0], whole[2], whole[3]],
        lambda whole: [whole[0], whole[2], whole[1], whole[3]],
        lambda whole: [whole[0], whole[0], *whole[1:]],
    ],
    ids=["removed", "swapped", "repeated"],
)
def test_entries_removed_swapped_or_repeated_are_noticed(
    tamper: Callable[[list[InvoiceAudit]], list[InvoiceAudit]],
) -> None:
    breach = verify(tamper(chain(4)))
    assert breach is not None
    assert breach.sequence == 2


def test_a_chain_rewritten_from_the_middle_does_not_join_what_follows() -> None:
    whole = chain(4)
    forged = enter("collect-3", 2, whole[0].hash, event(77))
    breach = verify([whole[0], forged, whole[2], whole[3]])
    assert breach is not None
    assert breach.sequence == 3


def test_what_a_record_says_is_what_is_witnessed() -> None:
    result = ValidationResult(
        request_id="r-2",
        attempt=2,
        invoice_id="i-1",
        vendor_id="v-1",
        status="REJECTED",
        decided_at=8,
        uploaded_at=5,
        policy_version="1",
        source=Source("uploads", 3, 0),
        details=ValidationDetails(rules_checked=1),
    )
    decision = InvoiceDecision(
        request_id="r-2",
        attempt=2,
        invoice_id="i-1",
        vendor_id="v-1",
        revision=4,
        status="REVIEW",
        complete=True,
        opened_at=6,
        decided_at=9,
        uploaded_at=5,
        latency_ms=4,
    )
    seen = [
        witness("kind", record, Source("topic", 1, 2), b"payload")
        for record in (UPLOAD, result, decision)
    ]
    assert [(e.request_id, e.attempt, e.revision, e.status, e.at) for e in seen] == [
        ("r-1", 1, 0, "", 5),
        ("r-2", 2, 0, "REJECTED", 8),
        ("r-2", 2, 4, "REVIEW", 9),
    ]
    assert {e.event_id for e in seen} == {"topic/1/2"}
    assert {e.payload_sha256 for e in seen} == {hashlib.sha256(b"payload").hexdigest()}
