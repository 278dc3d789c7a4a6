"""What was counted, as a table in a page."""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from operators.validation import RULES
from operators.validation.rule import Rule

_BEGIN, _END = "<!-- oracle: begin -->", "<!-- oracle: end -->"


def _is_official(rule: str) -> bool:
    return rule.startswith("BR-")


def _binds(rule: Rule[Any], syntax: str) -> bool:
    return rule.only is None or rule.only.startswith(syntax)


class Tally:
    """How often each carried rule was broken, in whose opinion, in one syntax."""

    def __init__(self, syntax: str) -> None:
        """Nothing judged yet."""
        self.syntax = syntax
        self.carried = frozenset(
            rule.rule_id for rule in RULES if _is_official(rule.rule_id) and _binds(rule, syntax)
        )
        self.judged = 0
        self.both: Counter[str] = Counter()
        self.ours: Counter[str] = Counter()
        self.theirs: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()

    def skip(self, who: str) -> None:
        """A document could not be judged by ours or theirs."""
        self._skipped[who] += 1

    def take(self, own: AbstractSet[str], official: AbstractSet[str]) -> Iterator[tuple[str, str]]:
        """Count a document; gives each rule of which the two say different things, and who."""
        self.judged += 1
        own, official = own & self.carried, official & self.carried
        self.both.update(own & official)
        self.ours.update(own - official)
        self.theirs.update(official - own)
        yield from ((rule, "ours") for rule in own - official)
        yield from ((rule, "theirs") for rule in official - own)

    @property
    def disagreements(self) -> Counter[str]:
        """How many documents each rule is disagreed on."""
        return self.ours + self.theirs

    @property
    def one_sided(self) -> frozenset[str]:
        """Rules that no document broke, or all."""
        return frozenset(
            rule
            for rule in self.carried
            if not 0 < self.both[rule] + self.theirs[rule] < self.judged
        )

    @property
    def skipped_text(self) -> str:
        """How many documents could not be compared."""
        return (
            f"{self._skipped['theirs']:,} on which an official rule fails to run, "
            f"{self._skipped['ours']:,} that cannot be read whole"
        )


def page(tallies: Sequence[Tally], before: str) -> str:
    """The page with its table written anew."""
    head, found, rest = before.partition(_BEGIN)
    _, closed, tail = rest.partition(_END)
    if not (found and closed):
        raise ValueError(f"the page has no {_BEGIN} … {_END} for the table")
    return f"{head}{_BEGIN}\n\n{_table(tallies)}\n{_END}{tail}"


def _table(tallies: Sequence[Tally]) -> str:
    rules = sorted({rule for tally in tallies for rule in tally.carried}, key=_order)
    lines = [
        "| rule | "
        + " | ".join(f"{tally.syntax}: both | only ours | only theirs" for tally in tallies)
        + " |",
        "|---" * (1 + 3 * len(tallies)) + "|",
    ]
    for rule in rules:
        counts = (
            f"{tally.both[rule]:,} | {tally.ours[rule]:,} | {tally.theirs[rule]:,}"
            if rule in tally.carried
            else "– | – | –"
            for tally in tallies
        )
        lines.append(f"| `{rule}` | " + " | ".join(counts) + " |")
    judged = "\n".join(
        f"- {tally.syntax}: {tally.judged:,} documents judged by both, {tally.skipped_text}."
        for tally in tallies
    )
    return f"{judged}\n\n" + "\n".join(lines) + "\n"


def _order(rule: str) -> tuple[str, int]:
    kind, _, number = rule.rpartition("-")
    return kind, int(number)
