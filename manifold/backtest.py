"""Past invoices judged by another policy, with the state the branches had then.

Each invoice is judged by the policy to be tried on an overlay of the branches' tables, and then,
as it was, by the policy that was in force, which changes the tables. Reference data is as of now.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from connectors.postponed import Limits, Postponement
from connectors.steps import OnRecord
from connectors.stream import Decoded, Produced
from connectors.tables import Tables
from flows import fraud, inventory, pricing, validation
from flows.fused import TABLES
from operators.candidate import IN_FORCE, judge_alike
from operators.comparison import Comparison, Outcome
from operators.decide import BRANCHES
from operators.decision import Branch, DecisionStatus, InvoiceSettled
from operators.join import amount_of, answer_of, class_of
from operators.money import Amount
from operators.reference import ReferencePolicy
from operators.result import Result
from operators.resumption import Rate
from operators.review import DECIDED_BY
from operators.ruling import decided
from operators.table import MemoryTable, Overlay
from operators.time import Instant

Attempt: TypeAlias = tuple[str, int]
"""A request and its attempt."""
State: TypeAlias = Mapping[str, Tables]
"""The tables of one partition, by flow."""


SETTLED = ("inventory", "pricing")
"""Branches that hear how a request has ended."""


class References(Struct, frozen=True):
    """What the four branches measure against."""

    validation: validation.Reference
    inventory: inventory.Reference
    fraud: fraud.Reference
    pricing: pricing.Reference


class Broken(Struct, frozen=True, gc=False):
    """A rule that was not kept."""

    rule_id: str


class Answered(Struct, frozen=True, gc=False):
    """What a branch answered."""

    branch: Branch
    status: str
    violations: tuple[Broken, ...] = ()


class Decision(Struct, frozen=True, kw_only=True, gc=False, tag="InvoiceDecision"):
    """Of a decision what a backtest looks at."""

    request_id: str
    attempt: int = 1
    revision: int
    status: DecisionStatus
    branches: tuple[Answered, ...] = ()
    opened_at: Instant
    amount: Amount | None = None
    decided_by: str | None = None
    policy_version: str | None = None


class Past(Struct, frozen=True, gc=False):
    """The decision in force on an attempt."""

    revision: int
    outcome: Outcome
    opened_at: Instant
    """When the first branch's answer was written."""
    amount: Amount | None
    policy_version: str | None


class Decisions:
    """The decisions in force, by attempt; what many have in common is kept once."""

    def __init__(self) -> None:
        """None yet."""
        self._past: dict[Attempt, Past] = {}
        self._outcomes: dict[Outcome, Outcome] = {}

    def add(self, decision: Decision) -> None:
        """Take in a revision; the latest counts that a policy has decided, not people or time."""
        if decision.decided_by in DECIDED_BY:
            return
        attempt = decision.request_id, decision.attempt
        known = self._past.get(attempt)
        if known is not None and known.revision >= decision.revision:
            return
        outcome = Outcome(
            decision.status,
            decision.decided_by,
            tuple((each.branch, each.status) for each in decision.branches),
            frozenset(broken.rule_id for each in decision.branches for broken in each.violations),
        )
        self._past[attempt] = Past(
            decision.revision,
            self._outcomes.setdefault(outcome, outcome),
            decision.opened_at,
            decision.amount,
            decision.policy_version,
        )

    def get(self, attempt: Attempt, /) -> Past | None:
        """The decision on an attempt."""
        return self._past.get(attempt)

    def __len__(self) -> int:
        """Attempts that have been decided."""
        return len(self._past)


class _By:
    """The policy that the branches find in force."""

    policy: ReferencePolicy | None = None

    def get(self, key: str, /) -> ReferencePolicy | None:
        return self.policy if key == IN_FORCE else None


class _NotPostponed(Postponement):
    """Nothing is away in a backtest, and nothing is judged again."""

    def __init__(self) -> None:
        super().__init__(
            "backtest", Rate(1), lambda _: None, lambda *_: [], Limits(), lambda _: None
        )

    def note(self, *_: object) -> None:
        """Forget it."""


class _Branches:
    """The four branches, by whichever policy is asked for."""

    def __init__(self, references: References) -> None:
        self._by = by = _By()
        never = _NotPostponed()
        self._each: Mapping[str, OnRecord[Tables]] = {
            "validation": validation.branch(replace(references.validation, policies=by), never),
            "inventory": inventory.branch(replace(references.inventory, policies=by), never),
            "fraud": fraud.branch(replace(references.fraud, policies=by), never),
            "pricing": pricing.branch(replace(references.pricing, policies=by), never),
        }

    def settle(self, state: State, settled: Decoded[Any]) -> None:
        for name in SETTLED:
            tuple(self._each[name](state[name], settled, settled.received.timestamp))

    def remembering(
        self, policy: ReferencePolicy, state: State, upload: Decoded[Any]
    ) -> tuple[Result, ...]:
        """The answers of the branches that remember what they have judged."""
        return self._answers(policy, state, upload, state)

    def others(self, policy: ReferencePolicy, upload: Decoded[Any]) -> tuple[Result, ...]:
        """The answers of the others."""
        return self._answers(policy, {}, upload, self._each.keys() - TABLES.keys())

    def _answers(
        self, policy: ReferencePolicy, state: State, upload: Decoded[Any], names: Iterable[str]
    ) -> tuple[Result, ...]:
        self._by.policy = policy
        at = upload.received.timestamp
        return tuple(
            written.record
            for name in names
            for written in self._each[name](state.get(name, {}), upload, at)
            if isinstance(written, Produced) and isinstance(written.record, Result)
        )


class Backtest:
    """What another policy would have decided, found record by record."""

    def __init__(
        self,
        references: References,
        candidate: ReferencePolicy,
        in_force: ReferencePolicy,
        known: Mapping[str, ReferencePolicy],
        decisions: Decisions,
        since: Instant | None = None,
        until: Instant | None = None,
    ) -> None:
        """`known`: policies by version, of which an invoice's own judges it again.

        Where its own is not known any more, the policy in force does. Invoices written to Kafka
        from `since` until before `until` are judged; those before only rebuild the state.
        """
        self._branches = _Branches(references)
        self._candidate = candidate
        self._in_force = in_force
        self._known = known
        self._decisions = decisions
        self._since = since
        self._until = until
        self._met: set[Attempt] = set()
        self.by_policy = Comparison()
        """Decisions as they are, and as the candidate makes them."""
        self.anyway = Comparison()
        """Decisions that are different by the policy that was in force as well."""
        self.rebuilt = 0
        """Invoices that only rebuilt the state."""
        self.undecided = 0
        """Invoices without a decision, compared with what the policy in force makes of them."""
        self.stood_in = 0
        """Invoices whose own policy is not known any more."""
        self.unreadable = 0
        """Records that could not be read."""

    def met_at(self, record: Decoded[Any]) -> Instant:
        """When the branches met a record: that may be later than it was written."""
        at = record.received.timestamp
        if isinstance(record.record, InvoiceSettled):
            return at
        past = self._decisions.get((record.record.request_id, record.record.attempt))
        return at if past is None else max(at, past.opened_at)

    def take(self, state: State, record: Decoded[Any]) -> None:
        """Take in an upload or a settlement, in the order in which the branches met them."""
        if isinstance(record.record, InvoiceSettled):
            self._branches.settle(state, record)
            return
        upload = record.record
        at = record.received.timestamp
        if upload.invoice is None or not upload.vendor_id:
            return
        attempt = upload.request_id, upload.attempt
        if attempt in self._met or (self._until is not None and at >= self._until):
            return
        self._met.add(attempt)
        past = self._decisions.get(attempt)
        policy = self._own(past)
        if self._since is not None and at < self._since:
            self.rebuilt += 1
            self._branches.remembering(policy, state, record)
            return
        candidate = self._candidate
        if judge_alike(policy, candidate):
            then = found = (
                *self._branches.remembering(policy, state, record),
                *self._branches.others(policy, record),
            )
        else:
            found = (
                *self._branches.remembering(candidate, overlaid(state), record),
                *self._branches.others(candidate, record),
            )
            then = self._branches.remembering(policy, state, record)
        after, amount = _decided(candidate, found)
        if past is not None and past.outcome.status == after.status:
            self.by_policy.add(upload.request_id, past.outcome, after, amount)
            return
        if then is not found:
            then = (*then, *self._branches.others(policy, record))
        again, _ = _decided(policy, then)
        if past is None:
            self.undecided += 1
            self.by_policy.add(upload.request_id, again, after, amount)
            return
        if past.amount is not None:
            amount = past.amount
        found_in = self.anyway if again.status == after.status else self.by_policy
        found_in.add(upload.request_id, past.outcome, after, amount)

    def _own(self, past: Past | None) -> ReferencePolicy:
        if past is None or past.policy_version is None:
            return self._in_force
        own = self._known.get(past.policy_version)
        if own is None:
            self.stood_in += 1
            return self._in_force
        return own

    @property
    def judged(self) -> int:
        """Invoices judged by the candidate."""
        return self.by_policy.compared + self.anyway.compared


def overlaid(state: State) -> State:
    """The same tables, for judgements that are to leave no trace."""
    return {
        flow: {name: Overlay(table) for name, table in tables.items()}
        for flow, tables in state.items()
    }


def empty_state() -> State:
    """The tables of a partition of which nothing has been read."""
    return {
        flow: {table.name: MemoryTable[Any]() for table in tables}
        for flow, tables in TABLES.items()
    }


def _decided(policy: ReferencePolicy, results: tuple[Result, ...]) -> tuple[Outcome, Amount | None]:
    answers = sorted(map(answer_of, results), key=lambda answer: BRANCHES.index(answer.branch))
    amounts = (amount_of(each) for each in results)
    amount = next((each for each in amounts if each is not None), None)
    vendor_class = next((each for each in map(class_of, results) if each is not None), None)
    status, row = decided(policy, answers, amount, vendor_class)
    return (
        Outcome(
            status,
            None if row is None else row.name,
            tuple((each.branch, each.status) for each in answers),
            frozenset(found.rule_id for each in answers for found in each.violations),
        ),
        amount,
    )
