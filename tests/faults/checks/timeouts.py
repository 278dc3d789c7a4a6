"""No branch is blamed for an answer that was there in time."""

from operators.decide import NAMES
from operators.decision import Branch, InvoiceDecision
from operators.result import Result
from operators.time import Instant
from tests.faults.checks.check import Check, Findings
from tests.faults.recorded import Recorded

NAME = "nothing timed out falsely"


def none_falsely(recorded: Recorded, deadline_s: float) -> Check:
    """Partial decisions are made only where the answers they miss came after the deadline."""
    findings = Findings(NAME)
    partial = [each for each in recorded.contents(InvoiceDecision) if not each.complete]
    written = _written(recorded, {(each.request_id, each.attempt) for each in partial})
    late = 0
    for decision in partial:
        until = decision.opened_at + round(deadline_s * 1_000)
        case = (decision.request_id, decision.attempt)
        for branch in decision.missing:
            at = written.get((*case, branch))
            if at is not None and at <= until:
                findings.add(
                    f"request {case[0]} attempt {case[1]}: decided without {branch.lower()}, "
                    f"whose answer was written {until - at:,} ms before the deadline"
                )
            else:
                late += 1
    behind = f"{len(partial):,} partial decisions, {late:,} answers really late"
    return findings.check(f"no partial decision; deadline {deadline_s:g} s" if not late else behind)


def _written(
    recorded: Recorded, cases: set[tuple[str, int]]
) -> dict[tuple[str, int, Branch], Instant]:
    """When each branch's answer to these cases was written."""
    found: dict[tuple[str, int, Branch], Instant] = {}
    for kind, branch in NAMES.items() if cases else ():
        for decoded in recorded.of(kind):
            result: Result = decoded.record
            if (result.request_id, result.attempt) in cases:
                found.setdefault(
                    (result.request_id, result.attempt, branch), decoded.received.timestamp
                )
    return found
