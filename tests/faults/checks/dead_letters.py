"""Nothing was set aside that could have been worked on."""

from collections import Counter
from collections.abc import Collection, Iterable

from connectors.dead_letters import ERROR_REASON, MESSAGE, OFFSET, PARTITION, TOPIC
from connectors.stream import Received
from tests.faults.checks.check import Check, Findings

NAME = "no dead letters but those expected"


def none_unexpected(letters: Iterable[Received], expected: Collection[str] = ()) -> Check:
    """`expected`: the reasons for which records may have been set aside."""
    findings = Findings(NAME)
    reasons: Counter[str] = Counter()
    for letter in letters:
        reason = _header(letter, ERROR_REASON)
        reasons[reason] += 1
        if reason not in expected:
            findings.add(
                f"{_header(letter, TOPIC)}[{_header(letter, PARTITION)}] offset "
                f"{_header(letter, OFFSET)}: {reason}, {_header(letter, MESSAGE)}"
            )
    told = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
    return findings.check(told or "none")


def _header(letter: Received, name: str) -> str:
    return (letter.header(name) or b"unknown").decode(errors="replace")
