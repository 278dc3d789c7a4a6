from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from bench.harness.verdict import Key, Verdict, compared, digest, key_of
from bench.job.expected import expected
from bench.job.invoices import uploads
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from operators.decision import InvoiceDecision
from operators.result import Source
from operators.upload import InvoiceUploaded

CONTRACTS = Contracts.load()
ENCODE = Codec(CONTRACTS, LockIds(CONTRACTS)).encoder(InvoiceUploaded)
COUNT = 20


def written() -> list[Any]:
    wanted = expected(
        (Source("uploads", 0, number), ENCODE(upload))
        for number, upload in enumerate(uploads(3, COUNT))
    )
    return [*wanted.results, *wanted.decisions]


RECORDS = written()
WANTED: dict[Key, bytes] = {key_of(record): digest(record) for record in RECORDS}


def decisions() -> Iterator[InvoiceDecision]:
    return (record for record in RECORDS if isinstance(record, InvoiceDecision))


def verdict(records: list[Any]) -> Verdict:
    return compared(records, WANTED, COUNT)


def test_what_was_expected_is_right_whenever_it_was_made() -> None:
    later = [
        replace(record, decided_at=5, latency_ms=7)
        if isinstance(record, InvoiceDecision)
        else replace(record, decided_at=5)
        for record in reversed(RECORDS)
    ]
    assert verdict(later) == Verdict(COUNT, 0, 0, 0, 0)
    assert verdict(later).right


def test_missing_record_is_lost() -> None:
    found = verdict(RECORDS[1:])
    assert (found.lost, found.duplicated, found.wrong) == (1, 0, 0)
    assert found.examples == (f"lost: {key_of(RECORDS[0])}",)
    assert not found.right


def test_record_that_comes_twice_is_doubled_whatever_it_says() -> None:
    decision = next(decisions())
    found = verdict([*RECORDS, RECORDS[0], replace(decision, status="UNKNOWN")])
    assert (found.lost, found.duplicated, found.wrong) == (0, 2, 0)


def test_record_with_another_content_is_wrong() -> None:
    decision = next(decisions())
    others = [record for record in RECORDS if record not in (RECORDS[0], decision)]
    changed = [replace(RECORDS[0], status="UNKNOWN"), replace(decision, status="UNKNOWN")]
    assert verdict([*others, *changed]).wrong == 2


def test_record_that_nobody_asked_for_is_wrong() -> None:
    assert verdict([*RECORDS, replace(RECORDS[0], request_id="other")]).wrong == 1


def test_partial_decision_counts_by_its_last_revision() -> None:
    decision = next(decisions())
    others = [record for record in RECORDS if record is not decision]
    partial = replace(decision, complete=False, branches=decision.branches[:2], status="REVIEW")
    completed = replace(decision, revision=2, changes=("pricing: missing → MATCH",))
    assert verdict([*others, completed, partial]) == Verdict(COUNT, 0, 0, 0, 1)
    assert verdict([*others, partial]).wrong == 1


def test_without_a_replay_records_are_only_counted() -> None:
    counted = dict.fromkeys(WANTED, b"")
    changed = [replace(record, status="UNKNOWN") for record in RECORDS]
    assert compared(changed, counted, COUNT) == Verdict(COUNT, 0, 0, 0, 0)
