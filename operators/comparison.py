"""How the decisions of two policies differ: how many, from what to what, the money, and why.

>>> found = Comparison()
>>> clean, doubtful = Outcome("APPROVED", "clean"), Outcome("REVIEW", "large")
>>> found.add("r-1", clean, clean, 100)
>>> found.add("r-2", clean, doubtful, 700)
>>> found.changed, [(each.before, each.after, each.amount) for each in found.moves()]
(1, [('APPROVED', 'REVIEW', 700)])
>>> [each.what for each in found.causes()]
['row “clean” → “large”']
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct

from operators.decision import Branch, DecisionStatus
from operators.money import Amount
from operators.review import DECIDED_BY

EXAMPLES = 5
"""Requests that are named of each kind of change."""


class ShadowStatus(Struct, frozen=True, gc=False):
    """What a branch's answer in shadow came to."""

    policy_version: str
    status: str


class BranchStatus(Struct, frozen=True, gc=False):
    """What a branch's answer came to."""

    branch: Branch
    status: str
    policy_version: str
    shadow: ShadowStatus | None = None


class ShadowOutcome(Struct, frozen=True, gc=False):
    """What a candidate in shadow would have decided."""

    policy_version: str
    status: DecisionStatus
    decided_by: str | None = None


class DecisionSeen(Struct, frozen=True, kw_only=True, gc=False, tag="InvoiceDecision"):
    """Of a decision what is compared."""

    request_id: str
    attempt: int = 1
    revision: int
    status: DecisionStatus
    branches: tuple[BranchStatus, ...] = ()
    amount: Amount | None = None
    decided_by: str | None = None
    policy_version: str | None = None
    canary: bool = False
    mixed_policies: bool = False
    shadow: ShadowOutcome | None = None


class Outcome(Struct, frozen=True, gc=False):
    """A decision, and what it rests on."""

    status: str
    row: str | None = None
    """Row of the decision table; None without one."""
    branches: tuple[tuple[str, str], ...] = ()
    """Branches and their statuses."""
    rules: frozenset[str] = frozenset()
    """Rules that were not kept."""


class Move(Struct):
    """Decisions that were one thing and are another."""

    before: str
    after: str
    count: int = 0
    amount: Amount = 0
    """Of those whose amount is known."""
    examples: list[str] = []
    """Some of the requests."""


class Cause(Struct):
    """Something that is different where a decision is."""

    what: str
    count: int = 0
    amount: Amount = 0


class Comparison:
    """Decisions on the same requests by two policies."""

    def __init__(self) -> None:
        """Nothing has been compared."""
        self.compared = 0
        self._moves: dict[tuple[str, str], Move] = {}
        self._causes: dict[str, Cause] = {}

    def add(self, request_id: str, before: Outcome, after: Outcome, amount: Amount | None) -> None:
        """Compare the two decisions on one request."""
        self.compared += 1
        pair = before.status, after.status
        move = self._moves.get(pair)
        if move is None:
            move = self._moves[pair] = Move(*pair)
        move.count += 1
        move.amount += amount or 0
        if before.status == after.status:
            return
        if len(move.examples) < EXAMPLES:
            move.examples.append(request_id)
        for what in _different(before, after):
            cause = self._causes.get(what)
            if cause is None:
                cause = self._causes[what] = Cause(what)
            cause.count += 1
            cause.amount += amount or 0

    @property
    def changed(self) -> int:
        """Decisions that are different."""
        return sum(move.count for move in self.moves())

    @property
    def amount(self) -> Amount:
        """What the invoices come to on which the decision is different."""
        return sum(move.amount for move in self.moves())

    def moves(self) -> list[Move]:
        """What became of decisions that are different, the most frequent first."""
        found = (move for (before, after), move in self._moves.items() if before != after)
        return sorted(found, key=lambda move: (-move.count, move.before, move.after))

    def statuses(self, side: Literal["before", "after"]) -> dict[str, int]:
        """How many decisions were what, by either policy."""
        counts: dict[str, int] = {}
        for move in self._moves.values():
            status = getattr(move, side)
            counts[status] = counts.get(status, 0) + move.count
        return dict(sorted(counts.items()))

    def causes(self) -> list[Cause]:
        """What is different where decisions are, the most frequent first."""
        return sorted(self._causes.values(), key=lambda cause: (-cause.count, cause.what))


class Side:
    """What one policy has decided."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.decided = 0
        self.statuses: dict[str, Move] = {}
        """By status; what a decision was before is not known here."""
        self.branches: dict[str, dict[str, int]] = {}
        """By branch, how many answered what."""

    def add(self, decision: DecisionSeen) -> None:
        """Take in one decision."""
        self.decided += 1
        move = self.statuses.get(decision.status)
        if move is None:
            move = self.statuses[decision.status] = Move("", decision.status)
        move.count += 1
        move.amount += decision.amount or 0
        if len(move.examples) < EXAMPLES:
            move.examples.append(decision.request_id)
        for answer in decision.branches:
            counts = self.branches.setdefault(answer.branch.lower(), {})
            counts[answer.status] = counts.get(answer.status, 0) + 1


class Trial:
    """What a candidate has come to so far, beside the policy in force."""

    def __init__(self, in_force: str, candidate: str) -> None:
        """The versions of the two."""
        self._in_force = in_force
        self._candidate = candidate
        self.by_candidate = Side()
        self.by_policy = Side()
        self.elsewise = 0
        """Decisions by neither of the two."""
        self.mixed = 0
        """Decisions on which a branch had answered by another policy."""
        self.shadow = Comparison()
        self.branches: dict[str, Comparison] = {}
        """In shadow, of the answers of each branch."""

    def add(self, decision: DecisionSeen) -> None:
        """Take in the latest revision of an attempt's decision."""
        self.mixed += decision.mixed_policies
        if decision.policy_version == self._candidate:
            self.by_candidate.add(decision)
        elif decision.policy_version == self._in_force:
            self.by_policy.add(decision)
        else:
            self.elsewise += 1
        shadow = decision.shadow
        if shadow is None or shadow.policy_version != self._candidate:
            return
        answers = [each for each in decision.branches if each.shadow is not None]
        self.shadow.add(
            decision.request_id,
            Outcome(
                decision.status,
                decision.decided_by,
                tuple((each.branch, each.status) for each in answers),
            ),
            Outcome(
                shadow.status,
                shadow.decided_by,
                tuple((each.branch, each.shadow.status) for each in answers if each.shadow),
            ),
            decision.amount,
        )
        for each in answers:
            if each.shadow is not None:
                self.branches.setdefault(each.branch.lower(), Comparison()).add(
                    decision.request_id,
                    Outcome(each.status),
                    Outcome(each.shadow.status),
                    decision.amount,
                )


def latest(decisions: Iterable[DecisionSeen]) -> Mapping[tuple[str, int], DecisionSeen]:
    """Of each attempt the latest revision that a policy has decided, and not people or time."""
    found: dict[tuple[str, int], DecisionSeen] = {}
    for decision in decisions:
        if decision.decided_by in DECIDED_BY:
            continue
        key = decision.request_id, decision.attempt
        known = found.get(key)
        if known is None or known.revision < decision.revision:
            found[key] = decision
    return found


def _different(before: Outcome, after: Outcome) -> Iterator[str]:
    if before.row != after.row:
        yield f"row {_named(before.row)} → {_named(after.row)}"
    then = dict(before.branches)
    for branch, status in after.branches:
        if then.get(branch) != status:
            yield f"{branch.lower()}: {then.get(branch, 'no answer')} → {status}"
    for rule in sorted(after.rules - before.rules):
        yield f"{rule} is broken"
    for rule in sorted(before.rules - after.rules):
        yield f"{rule} is kept"


def _named(row: str | None) -> str:
    return "no table" if row is None else f"“{row}”"
