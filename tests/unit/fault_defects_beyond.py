"""Defects to plant beyond the decisions: in statistics, enriched invoices, reviews, what waits."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace as changed

from connectors.dead_letters import ERROR_REASON
from connectors.stream import Received
from operators.decision import InvoiceDecision
from operators.enrichment import Done, InvoiceEnriched
from operators.resumption import Dependency, Postponed
from operators.review import InvoiceReviewCompleted
from operators.statistics import InvoiceStatistics
from operators.upload import InvoiceUploaded
from tests.contract.generated_records import AT, CODEC, CONTRACTS, SAMPLES
from tests.faults.small_history import SmallHistory
from tests.unit.fault_defects import VICTIM, Plant, find, in_its_page

APPROVED, REJECTED = (each.upload.request_id for each in SAMPLES if each.decision == "REVIEW")
"""Requests that people have approved, saying so twice, and rejected, after an outdated answer."""


def last(history: SmallHistory, kind: type[Any], request_id: str) -> Received:
    """The last record of a class about a request."""
    return all_of(history, kind, request_id)[-1]


def all_of(history: SmallHistory, kind: type[Any], request_id: str) -> list[Received]:
    """The records of a class about a request."""
    decode = CODEC.decoder(kind)
    found = history.of(CONTRACTS.topic_of(kind).name)
    return [each for each in found if decode(each.value or b"").request_id == request_id]


def otherwise(kind: type[Any], request_id: str, **values: Any) -> Plant:
    """The last record of a class about a request, with other values."""

    def plant(history: SmallHistory) -> SmallHistory:
        record = last(history, kind, request_id)
        content = changed(CODEC.decoder(kind)(record.value or b""), **values)
        return history.with_value(record, CODEC.encoder(kind)(content))

    return plant


def without_last(kind: type[Any], request_id: str) -> Plant:
    return lambda history: history.without(last(history, kind, request_id))


def of_another(kind: type[Any], request_id: str) -> Plant:
    """One record more, as if it were about another request."""

    def plant(history: SmallHistory) -> SmallHistory:
        record = history.of(CONTRACTS.topic_of(kind).name)[0]
        content = changed(CODEC.decoder(kind)(record.value or b""), request_id=request_id)
        return history.with_more(changed(record, value=CODEC.encoder(kind)(content)))

    return plant


def in_force(history: SmallHistory) -> tuple[Received, InvoiceStatistics]:
    """The record in force of the minute and partition in which the victim was counted."""
    decision = find(history, InvoiceDecision)
    opened_at = CODEC.decoder(InvoiceDecision)(decision.value or b"").opened_at
    decode = CODEC.decoder(InvoiceStatistics)
    found = [
        (record, content)
        for record in history.of(CONTRACTS.topic_of(InvoiceStatistics).name)
        if (content := decode(record.value or b"")).length == "MINUTE"
        and content.partition == decision.partition
        and content.starts_at <= opened_at < content.ends_at
    ]
    return found[-1]


def counted(change: Callable[[InvoiceStatistics], dict[str, Any]]) -> Plant:
    """The record in force of a window, with other values."""

    def plant(history: SmallHistory) -> SmallHistory:
        record, content = in_force(history)
        value = CODEC.encoder(InvoiceStatistics)(changed(content, **change(content)))
        return history.with_value(record, value)

    return plant


def a_cent_more(content: InvoiceStatistics) -> dict[str, Any]:
    first, *others = content.amounts
    return {"amounts": (changed(first, amount=first.amount + 1), *others)}


def another_status(content: InvoiceStatistics) -> dict[str, Any]:
    first, *others = content.statuses
    return {"statuses": (changed(first, count=first.count + 1), *others)}


def another_bucket(content: InvoiceStatistics) -> dict[str, Any]:
    first, *others = content.latencies
    bucket, *more = first.buckets
    slower = changed(bucket, latency_ms=bucket.latency_ms * 102 // 100 + 2)
    return {"latencies": (changed(first, buckets=(slower, *more)), *others)}


def slower_median(content: InvoiceStatistics) -> dict[str, Any]:
    first, *others = content.latencies
    return {"latencies": (changed(first, p50=first.p50 * 102 // 100 + 2), *others)}


def lost_window(history: SmallHistory) -> SmallHistory:
    return history.without(in_force(history)[0])


def doubled_window(history: SmallHistory) -> SmallHistory:
    return history.with_more(in_force(history)[0])


def unbalanced(history: SmallHistory) -> SmallHistory:
    record = find(history, InvoiceEnriched)
    content = CODEC.decoder(InvoiceEnriched)(record.value or b"")
    first, *others = content.postings
    postings = (changed(first, amount=first.amount + 1), *others)
    value = CODEC.encoder(InvoiceEnriched)(changed(content, postings=postings))
    return history.with_value(record, value)


def forgotten_enriched(history: SmallHistory) -> SmallHistory:
    return in_its_page(history, "enrich", "done", VICTIM, Done, lambda _: None)


def refusal(reason: str | None) -> Plant:
    """The one dead letter of an answer, for another reason or gone."""

    def plant(history: SmallHistory) -> SmallHistory:
        [letter] = history.of(_LETTERS)
        if reason is None:
            return history.without(letter)
        headers = [
            (name, reason.encode() if name == ERROR_REASON else value)
            for name, value in letter.headers
        ]
        other = changed(letter, headers=headers)
        return history.but(
            records=tuple(other if each is letter else each for each in history.records)
        )

    return plant


def refused_twice(history: SmallHistory) -> SmallHistory:
    [letter] = history.of(_LETTERS)
    return history.with_more(letter)


_LETTERS = CONTRACTS.dead_letters_of(CONTRACTS.topic_of(InvoiceReviewCompleted).name).name


def answered_again(history: SmallHistory) -> SmallHistory:
    """The duplicate of an approval, as if it had been another person's."""
    record = last(history, InvoiceReviewCompleted, APPROVED)
    content = CODEC.decoder(InvoiceReviewCompleted)(record.value or b"")
    value = CODEC.encoder(InvoiceReviewCompleted)(changed(content, reviewer="nobody"))
    return history.with_value(record, value)


def still_postponed(history: SmallHistory) -> SmallHistory:
    upload = find(history, InvoiceUploaded)
    waiting = Postponed(1, upload.topic, upload.offset, "policy", AT)
    return _in_postponed(history, upload, VICTIM, waiting)


def still_away(history: SmallHistory) -> SmallHistory:
    upload = find(history, InvoiceUploaded)
    return _in_postponed(history, upload, "\0policy", Dependency("OPEN", AT, "none is there"))


def _in_postponed(
    history: SmallHistory, upload: Received, key: str, entry: Postponed | Dependency
) -> SmallHistory:
    page = changed(
        upload,
        topic=CONTRACTS.changelog("fraud", "postponed").name,
        key=b"\0page" + bytes(8),
        value=msgspec.msgpack.encode([(key, entry)]),
    )
    return history.with_more(page)


def unknown_answer(history: SmallHistory) -> SmallHistory:
    record = find(history, InvoiceDecision)
    content = CODEC.decoder(InvoiceDecision)(record.value or b"")
    first, *others = content.branches
    branches = (changed(first, status="UNKNOWN", unknown_reason="nothing is there"), *others)
    value = CODEC.encoder(InvoiceDecision)(changed(content, branches=branches))
    return history.with_value(record, value)
