"""A join with people to ask: its tables, a policy, and what everybody says to it."""

from typing import Any

from msgspec.structs import replace

from connectors.changelog_table import ChangelogTable
from connectors.joined import TABLES
from manifold.cli.policy import starter_policy
from operators.candidate import IN_FORCE
from operators.decide import WORST_DECIDES
from operators.decision import Branch, InvoiceDecision, InvoiceSettled, ReviewOutcome
from operators.decision_table import DecisionRow
from operators.join import Join, Outcome
from operators.money import ONE
from operators.result import PricingDetails, Result, Source
from operators.review import InvoiceReviewCompleted
from operators.time import DAY
from tests.contract.samples import upload
from tests.unit.test_join import DEADLINE, Tables, result

REMEMBER = 2 * DAY
EXPIRE_DAYS = 30
SMALL, LARGE = 100 * ONE, 20_000 * ONE
TRUSTING = DecisionRow(
    name="trusting",
    status="APPROVED",
    reason="So little that nobody need answer.",
    any_branch=("MISSING",),
    amount_below=50 * ONE,
)
POLICY = replace(
    starter_policy(), decision=(TRUSTING, *WORST_DECIDES), review_expire_days=EXPIRE_DAYS
)
GOOD: tuple[tuple[Branch, str], ...] = (
    ("VALIDATION", "APPROVED"),
    ("INVENTORY", "AVAILABLE"),
    ("FRAUD", "PASS"),
    ("PRICING", "MATCH"),
)


def priced(answer: Result, amount: int | None) -> Result:
    """A pricing answer that knows the amount."""
    details = PricingDetails(currency="EUR", invoiced_net=0, amount_in_base=amount)
    return replace(answer, details=details)


def said(
    outcome: ReviewOutcome,
    reviewer: str = "anna",
    *,
    request: str = "r-1",
    attempt: int = 1,
    revision: int = 1,
    reason: str = "Looked at.",
    at: int = 50,
) -> InvoiceReviewCompleted:
    """A person's answer."""
    return InvoiceReviewCompleted(
        request_id=request,
        attempt=attempt,
        revision=revision,
        vendor_id="v-1",
        outcome=outcome,
        reviewer=reviewer,
        reason=reason,
        completed_at=at,
        corrected=upload().invoice if outcome == "CORRECTED" else None,
    )


def taken_back(
    *, request: str = "r-1", attempt: int = 1, reason: str = "Sent twice.", at: int = 50
) -> InvoiceReviewCompleted:
    """A cancellation."""
    completed = said("REJECTED", "shop", request=request, attempt=attempt, reason=reason, at=at)
    return replace(completed, cancelled=True)


class Desk:
    """A join whose tables can be committed and read back."""

    def __init__(self) -> None:
        self.policies = {IN_FORCE: POLICY}
        self.join = Join(DEADLINE, REMEMBER, self.policies)
        self.tables = {kind.name: ChangelogTable[Any](kind.name, kind) for kind in TABLES}
        self.log: list[tuple[str, bytes, bytes | None]] = []

    def answer(self, answer: Result, at: int = 10) -> list[Outcome]:
        return list(self.join.answer(*self._every(), answer, at, at))

    def answers(
        self,
        worst: tuple[Branch, str] = ("INVENTORY", "LIMITED"),
        *,
        amount: int | None = SMALL,
        attempt: int = 1,
        at: int = 10,
        request: str = "r-1",
    ) -> list[Outcome]:
        """All four answers, one of them another."""
        outcomes: list[Outcome] = []
        for branch, status in (dict(GOOD) | dict([worst])).items():
            found = result(branch, status, request=request, attempt=attempt)
            outcomes += self.answer(priced(found, amount) if branch == "PRICING" else found, at)
        return outcomes

    def review(self, completed: InvoiceReviewCompleted, at: int = 60) -> list[Outcome]:
        closed, reviews = self.tables["closed"], self.tables["reviews"]
        return list(self.join.review(closed, reviews, completed, at))

    def caught_up(self, until: int, now: int) -> list[Outcome]:
        return list(self.join.caught_up(*self._every(), until, now))

    def cancel(self, completed: InvoiceReviewCompleted, at: int = 60) -> list[Outcome]:
        requests, closed, reviews, cancelled = self._every()
        outcomes = self.join.cancel(requests, closed, reviews, completed, at)
        if outcomes is None:
            source = Source("said", 0, at)
            outcomes = self.join.keep(cancelled, completed, source, b"as written", at)
        return list(outcomes)

    def _every(self) -> Tables:
        requests, closed, reviews, cancelled = (self.tables[kind.name] for kind in TABLES)
        return requests, closed, reviews, cancelled

    def restart(self) -> None:
        """Commit, and begin anew from the changelogs."""
        for name, table in self.tables.items():
            self.log += [(name, key, value) for key, value in table.changes()]
        self.tables = {kind.name: ChangelogTable[Any](kind.name, kind) for kind in TABLES}
        for name, key, value in self.log:
            self.tables[name].restore(key, value)
        for table in self.tables.values():
            table.restored()


def decisions(outcomes: list[Outcome]) -> list[InvoiceDecision]:
    """The decisions among what was written."""
    return [each for each in outcomes if isinstance(each, InvoiceDecision)]


def endings(outcomes: list[Outcome]) -> list[tuple[int, str]]:
    """Attempt and outcome of what was settled."""
    return [(each.attempt, each.outcome) for each in outcomes if isinstance(each, InvoiceSettled)]
