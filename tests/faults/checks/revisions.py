"""Of each attempt the revisions come in order, from 1 and without gaps."""

from collections import defaultdict
from collections.abc import Iterable

from operators.decision import InvoiceDecision
from tests.faults.checks.check import Check, Findings

NAME = "revisions come in order, without gaps"


def in_order(decisions: Iterable[InvoiceDecision]) -> Check:
    """Decisions as they stand in the topic, partition by partition.

    A revision that stands there twice is not what this is about.
    """
    findings = Findings(NAME)
    last: dict[tuple[str, int], int] = defaultdict(int)
    count = 0
    for decision in decisions:
        count += 1
        case = (decision.request_id, decision.attempt)
        if decision.revision not in (last[case], last[case] + 1) or decision.revision < 1:
            findings.add(
                f"request {decision.request_id} attempt {decision.attempt}: revision "
                f"{decision.revision} follows revision {last[case] or 'none'}"
            )
        last[case] = decision.revision
    revised = sum(revision > 1 for revision in last.values())
    return findings.check(f"{count:,} decisions on {len(last):,} attempts, {revised:,} revised")
