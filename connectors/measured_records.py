"""What records say that is worth counting: answers, decisions, reviews."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from connectors import catalogue
from connectors.open_epoch import OpenEpoch
from operators.decide import was_missing
from operators.decision import InvoiceDecision
from operators.extraction.reviewing import BEFORE_DECISION
from operators.result import FraudResult, InventoryResult, PricingResult, ValidationResult
from operators.review import (
    DECIDED_BY,
    EXPIRED,
    PERSON,
    REPLACED,
    InvoiceReviewCompleted,
    InvoiceReviewRequested,
)

_BRANCHES = {
    ValidationResult: "validation",
    InventoryResult: "inventory",
    FraudResult: "fraud",
    PricingResult: "pricing",
}
_REASONS = {PERSON: "person", REPLACED: "later_attempt", EXPIRED: "expired_review"}
_READ_BY = {"extract": "EXTRACTION", "decide": "DECISION", "fused": "DECISION"}
"""Whose answers of people are taken by which flow; others only look at them."""


Observe: TypeAlias = Callable[[OpenEpoch, str, Sequence[Any]], None]
"""Counts what records of one type say that a flow has just written."""


def observed(epoch: OpenEpoch, flow: str, kind: type[Any], records: Sequence[Any]) -> None:
    """Count what records of a type say."""
    observe = _OBSERVERS.get(kind)
    if observe is not None:
        observe(epoch, flow, records)


def answered(epoch: OpenEpoch, flow: str, completed: Sequence[InvoiceReviewCompleted]) -> None:
    """Count what people have said, where it is taken."""
    kind = _READ_BY.get(flow)
    taken = [each for each in completed if _kind(each.revision) == kind]
    for outcome, count in Counter([each.outcome for each in taken]).items():
        epoch.add(catalogue.REVIEWS_COMPLETED, count, flow, _kind(taken[0].revision), outcome)


def _kind(revision: int) -> str:
    return "EXTRACTION" if revision == BEFORE_DECISION else "DECISION"


def _result(branch: str) -> Observe:
    def observe(epoch: OpenEpoch, flow: str, records: Sequence[Any]) -> None:
        statuses = Counter([each.status for each in records])
        epoch.each(catalogue.ANSWERS, statuses, flow, branch)
        uploads = [each.uploaded_at for each in records]
        epoch.since(catalogue.BRANCH_LATENCY, uploads, flow, branch)

    return observe


def _decision(epoch: OpenEpoch, flow: str, records: Sequence[InvoiceDecision]) -> None:
    found = Counter([(each.status, _reason(each), each.revision == 1) for each in records])
    for (status, reason, is_first), count in found.items():
        revision = "first" if is_first else "later"
        epoch.add(catalogue.DECISIONS, count, flow, status, reason, revision)
    first = [each for each in records if each.revision == 1]
    epoch.since(catalogue.DECISION_LATENCY, [each.uploaded_at for each in first], flow)
    if len(first) < len(records):
        _later(epoch, flow, [each for each in records if each.revision > 1])
    partial = [each for each in first if each.missing and each.decided_by not in DECIDED_BY]
    if partial:
        epoch.add(catalogue.DEADLINES_FIRED, len(partial), flow)
        missing = Counter(branch.lower() for each in partial for branch in each.missing)
        epoch.each(catalogue.ANSWERS_MISSING, missing, flow)


def _later(epoch: OpenEpoch, flow: str, revisions: Sequence[InvoiceDecision]) -> None:
    """By an answer that had been missing, or by a person."""
    late = sum(was_missing(each.changes) for each in revisions)
    if late:
        epoch.add(catalogue.LATE_RESULTS, late, flow, "revised")
    people = [each.uploaded_at for each in revisions if each.decided_by == PERSON]
    if people:
        epoch.since(catalogue.REVIEW_DURATION, people, flow)


def _reason(decision: InvoiceDecision) -> str:
    reason = _REASONS.get(decision.decided_by or "")
    if reason is not None:
        return reason
    if decision.missing:
        return "deadline"
    for answer in decision.branches:
        if answer.status == "UNKNOWN":
            return "unknown"
    return "answers"


def _requested(epoch: OpenEpoch, flow: str, records: Sequence[InvoiceReviewRequested]) -> None:
    kinds = Counter([each.kind for each in records])
    epoch.each(catalogue.REVIEWS_REQUESTED, kinds, flow)


_OBSERVERS: Mapping[type[Any], Observe] = {
    **{kind: _result(branch) for kind, branch in _BRANCHES.items()},
    InvoiceDecision: _decision,
    InvoiceReviewRequested: _requested,
}
