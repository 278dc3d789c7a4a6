"""The offsets that groups have committed only ever grow."""

from collections.abc import Iterable

from tests.faults.checks.check import Check, Findings
from tests.faults.commits import FORGOTTEN, Commit

NAME = "committed offsets never go back"


def never_back(commits: Iterable[Commit]) -> Check:
    """Commits in the order in which they were made."""
    findings = Findings(NAME)
    last: dict[tuple[str, str, int], int] = {}
    for commit in commits:
        where = (commit.group, commit.topic, commit.partition)
        before = last.get(where, FORGOTTEN)
        if commit.offset < before:
            what = "was forgotten" if commit.offset == FORGOTTEN else f"became {commit.offset}"
            findings.add(
                f"group {commit.group}: its offset {before} in {commit.topic}"
                f"[{commit.partition}] {what}"
            )
        last[where] = commit.offset
    if not last:
        findings.add("no group has committed anything")
    groups = {group for group, _, _ in last}
    return findings.check(f"{len(groups)} groups, {len(last)} partitions, every commit looked at")
