"""The join: each decision is what the answers amount to, and its tables say the same.

Which answer came first, and when, is up to the polls; a decision's moments are checked only
against one another. Everything else follows from the four results, and from what people have said
(see `reviews`).
"""

from collections import defaultdict
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from connectors.changelog_table import ChangelogTable, TableType
from connectors.joined import CLOSED, REQUESTS, REVIEWS
from operators.decide import BRANCHES, NAMES, changes, status_of
from operators.decision import BranchAnswer, InvoiceDecision
from operators.request import Decided, Request, Review, Reviewed, Verdict
from operators.result import Result
from tests.faults.checks.check import Check, Findings
from tests.faults.recorded import Recorded

NAME = "every decision is what its answers amount to, the join's state included"

_encode = msgspec.msgpack.Encoder().encode


def joined_exactly(recorded: Recorded) -> Check:
    """Every decision against the results, and the join's tables against the decisions."""
    findings = Findings(NAME)
    count = 0
    for number in recorded.partitions(InvoiceDecision):
        answers = _answers(recorded, number)
        before: dict[str, InvoiceDecision] = {}
        for decision in recorded.contents(InvoiceDecision, number):
            count += 1
            key = f"{decision.request_id}/{decision.attempt}"
            for problem in _problems(decision, before.get(key), answers[key]):
                findings.add(f"request {decision.request_id} attempt {decision.attempt}: {problem}")
            before[key] = decision
        for problem in _state(recorded, number, before):
            findings.add(problem)
    return findings.check(f"{count:,} decisions follow from their results; the join remembers each")


def _answers(recorded: Recorded, number: int) -> dict[str, dict[bytes, int]]:
    """Of each case, what each answer would read like in a decision, and when it was written."""
    found: dict[str, dict[bytes, int]] = defaultdict(dict)
    for kind, branch in NAMES.items():
        for decoded in recorded.of(kind, number):
            result: Result = decoded.record
            answer = BranchAnswer(
                branch=branch,
                status=result.status,
                unknown_reason=result.unknown_reason,
                violations=result.violations,
                decided_at=result.decided_at,
                latency_ms=max(0, result.decided_at - result.uploaded_at),
                policy_version=result.policy_version,
            )
            about = (result.invoice_id, result.vendor_id, result.uploaded_at)
            case = found[f"{result.request_id}/{result.attempt}"]
            case.setdefault(_encode((answer, about)), decoded.received.timestamp)
    return found


def _problems(
    decision: InvoiceDecision, before: InvoiceDecision | None, answers: dict[bytes, int]
) -> Iterator[str]:
    about = (decision.invoice_id, decision.vendor_id, decision.uploaded_at)
    written = set()
    for answer in decision.branches:
        at = answers.get(_encode((answer, about)))
        if at is None:
            yield f"decided on an answer of {answer.branch.lower()} that was not given"
        else:
            written.add(at)
    named = tuple(answer.branch for answer in decision.branches)
    if named != tuple(branch for branch in BRANCHES if branch in named):
        yield "an answer is counted twice, or out of order"
    if decision.missing != tuple(branch for branch in BRANCHES if branch not in named):
        yield "what it says is missing is not what is missing"
    if decision.complete != (not decision.missing):
        yield "it is complete with an answer missing, or incomplete with none"
    by_people = bool(decision.reviews)
    if not by_people and decision.status != (amounts := status_of(decision.branches)):
        yield f"{decision.status}, but its answers amount to {amounts}"
    said = (
        changes(before.branches, decision.branches, before.status, decision.status)
        if before
        else ()
    )
    if not by_people and decision.changes != said:
        yield "its changes are not those from the revision before"
    if before is None and written and decision.opened_at not in written:
        yield "opened when none of its answers was written"
    if before is not None and decision.opened_at != before.opened_at:
        yield "opened at another moment than the revision before"
    if decision.latency_ms != max(0, decision.decided_at - decision.uploaded_at):
        yield "its latency is not from upload to decision"


def _state(recorded: Recorded, number: int, decisions: dict[str, InvoiceDecision]) -> Iterator[str]:
    waiting = _table(recorded, number, REQUESTS)
    closed = _table(recorded, number, CLOSED)
    reviews = dict(_table(recorded, number, REVIEWS).items())
    for key, _ in waiting.items():
        yield f"request {key}: still waited for"
    remembered = dict(closed.items())
    for key, decision in decisions.items():
        request = _request(decision)
        if decision.status == "REVIEW":
            review = reviews.pop(decision.request_id, None)
            if not isinstance(review, Review) or _sourceless(review.request) != request:
                yield f"request {key}: not under review as it was decided"
            continue
        left = request if request.unsettled else None
        known = remembered.pop(key, None)
        if isinstance(known, Reviewed) and decision.reviews:
            known = Decided(known.decided_at, known.unsettled)
        if isinstance(known, Decided) and known.unsettled is not None:
            known = Decided(known.decided_at, _sourceless(known.unsettled))
        if known != Decided(decision.decided_at, left):
            yield f"request {key}: not remembered as it was decided"
    for key in (*remembered, *reviews):
        yield f"request {key}: remembered, but never decided"


def _table(recorded: Recorded, number: int, kind: TableType) -> ChangelogTable[object]:
    table = ChangelogTable[object](kind.name, kind)
    for record in recorded.changelog("decide", kind.name, number):
        table.restore(record.key or b"", record.value)
    table.restored()
    return table


def _request(decision: InvoiceDecision) -> Request:
    return Request(
        decision.request_id,
        decision.attempt,
        decision.invoice_id,
        decision.vendor_id,
        decision.opened_at,
        decision.uploaded_at,
        decision.branches,
        decision.revision,
        decision.amount,
        decision.vendor_class,
        Verdict(
            decision.status,
            decision.decided_by,
            decision.approvers,
            decision.reason,
            decision.policy_version,
            decision.canary,
            decision.mixed_policies,
            decision.shadow,
            decision.reviews,
        ),
        currency=decision.currency,
        due=decision.due,
    )


def _sourceless(request: Request) -> Request:
    """Without what a decision does not say."""
    return replace(request, source=None)
