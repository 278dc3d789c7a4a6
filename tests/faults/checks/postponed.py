"""Nothing is postponed at the end, and no branch was without an answer while nothing was away."""

from typing import Any

from connectors.changelog_table import ChangelogTable
from connectors.pages import entries_of
from connectors.postponed import PART, POSTPONED
from flows import BRANCHES
from operators.decision import InvoiceDecision
from tests.faults.checks.check import Check, Findings
from tests.faults.recorded import Recorded

NAME = "nothing stays postponed or UNKNOWN"


def nothing_left(recorded: Recorded) -> Check:
    """Every branch's postponed requests at the end, and the decisions in force."""
    findings = Findings(NAME)
    postponed: set[tuple[str, str]] = set()
    for branch in BRANCHES:
        for number in range(recorded.contracts.changelog(branch, POSTPONED.name).partitions):
            table: ChangelogTable[Any] = ChangelogTable(POSTPONED.name, POSTPONED)
            for record in recorded.changelog(branch, POSTPONED.name, number):
                entries = entries_of(record.key or b"", record.value)
                postponed.update((branch, key) for key, value in entries if value is not None)
                table.restore(record.key or b"", record.value)
            table.restored()
            for key, entry in table.items():
                if key.startswith(PART):
                    findings.add(f"{branch}: {key.removeprefix(PART)} counts as {entry.state}")
                else:
                    findings.add(f"request {key}: {branch} still waits for {entry.part}")
    in_force: dict[tuple[str, int], tuple[int, str]] = {}
    for decision in recorded.contents(InvoiceDecision):
        case = (decision.request_id, decision.attempt)
        silent = ", ".join(
            f"{answer.branch.lower()} is UNKNOWN ({answer.unknown_reason})"
            for answer in decision.branches
            if answer.status == "UNKNOWN"
        )
        said = (decision.revision, silent)
        in_force[case] = max(in_force.get(case, said), said)
    for (request_id, attempt), (_, silent) in in_force.items():
        if silent:
            findings.add(f"request {request_id} attempt {attempt}: {silent}")
    requests = sum(not key.startswith(PART) for _, key in postponed)
    return findings.check(
        f"{len(in_force):,} attempts without an UNKNOWN, {requests:,} judgements were postponed "
        "meanwhile"
    )
