"""The join against a model that keeps everything in one dictionary and forgets nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from connectors.changelog_table import ChangelogTable
from connectors.joined import CANCELLED, CLOSED, REQUESTS, REVIEWS, TABLES
from operators.decide import BRANCHES, NAMES, status_of
from operators.decision import Branch, InvoiceDecision, InvoiceSettled
from operators.join import Duplicate, Join, Late, Outcome
from operators.result import (
    FraudDetails,
    InventoryDetails,
    PricingDetails,
    Result,
    Severity,
    Source,
    ValidationDetails,
    Violation,
)
from operators.review import InvoiceReviewRequested
from operators.table import MemoryTable, Table

DEADLINE, REMEMBER = 30, 200
STATUSES: Mapping[Branch, tuple[str, ...]] = {
    "VALIDATION": ("APPROVED", "REJECTED", "UNKNOWN"),
    "INVENTORY": ("AVAILABLE", "LIMITED", "UNAVAILABLE", "UNKNOWN"),
    "FRAUD": ("PASS", "WARNING", "FAIL", "UNKNOWN"),
    "PRICING": ("MATCH", "DEVIATION", "MISMATCH", "UNKNOWN"),
}
DETAILS: Mapping[Branch, Any] = {
    "VALIDATION": ValidationDetails(30),
    "INVENTORY": InventoryDetails(),
    "FRAUD": FraudDetails(0),
    "PRICING": PricingDetails(currency="EUR", invoiced_net=0),
}
KINDS = {branch: kind for kind, branch in NAMES.items()}


REJECTING = {"REJECTED", "UNAVAILABLE", "FAIL", "MISMATCH"}


def result(
    branch: Branch,
    status: str,
    *,
    request: str = "r-1",
    attempt: int = 1,
    uploaded_at: int = 0,
    severity: Severity = "ERROR",
) -> Result:
    """A branch's answer, with a violation when it is against the invoice."""
    violation = Violation("X-1", "Something is wrong.", severity)
    kind: Any = KINDS[branch]
    found: Result = kind(
        request_id=request,
        attempt=attempt,
        invoice_id=f"i-{request}",
        vendor_id="v-1",
        status=status,
        unknown_reason="breaker open" if status == "UNKNOWN" else None,
        violations=(violation,) if status in REJECTING else (),
        decided_at=uploaded_at,
        uploaded_at=uploaded_at,
        policy_version="1",
        source=Source("t", 0, 0),
        details=DETAILS[branch],
    )
    return found


@dataclass
class Known:
    """What the model knows of one attempt of a request."""

    opened_at: int
    answers: dict[Branch, str] = field(default_factory=dict)
    revision: int = 0
    decided_at: int = 0
    status: str = ""
    forgotten: bool = False

    @property
    def unsettled(self) -> bool:
        return len(self.answers) < len(BRANCHES) or "UNKNOWN" in self.answers.values()


Tables: TypeAlias = tuple[
    ChangelogTable[Any], ChangelogTable[Any], ChangelogTable[Any], ChangelogTable[Any]
]


class Joining(RuleBasedStateMachine):
    """Answers, deadlines, restarts and the passing of time, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.join = Join(DEADLINE, REMEMBER)
        self.now = 1_000
        self.log: list[tuple[str, bytes, bytes | None]] = []
        self.waiting = ChangelogTable[Any]("requests", REQUESTS)
        self.memory = ChangelogTable[Any]("closed", CLOSED)
        self.reviews = ChangelogTable[Any]("reviews", REVIEWS)
        self.cancelled = ChangelogTable[Any]("cancelled", CANCELLED)
        self.known: dict[tuple[str, int], Known] = {}
        self.uploaded: dict[tuple[str, int], int] = {}
        self.horizon = -1
        self.decisions: dict[tuple[str, int], list[InvoiceDecision]] = {}
        self.settled: dict[tuple[str, int], list[InvoiceSettled]] = {}

    @rule(
        request=st.sampled_from(["r-1", "r-2", "r-3"]),
        attempt=st.integers(1, 2),
        branch=st.sampled_from(BRANCHES),
        choice=st.integers(0, 3),
    )
    def answer(self, request: str, attempt: int, branch: Branch, choice: int) -> None:
        key = (request, attempt)
        uploaded_at = self.uploaded.setdefault(key, self.now - 1)
        status = STATUSES[branch][choice % len(STATUSES[branch])]
        expected = self._expected(key, branch, status, uploaded_at)
        answer = result(branch, status, request=request, attempt=attempt, uploaded_at=uploaded_at)
        outcomes = list(self.join.answer(*self._tables(), answer, self.now, self.now))
        self._take(outcomes)
        assert [self._kind(outcome) for outcome in outcomes] == expected

    def _expected(
        self, key: tuple[str, int], branch: Branch, status: str, uploaded_at: int
    ) -> list[Any]:
        known = self.known.get(key)
        if known is None or known.forgotten:
            if uploaded_at <= self.horizon:
                return [Late]
            assert known is None, "a forgotten request was opened anew"
            self.known[key] = Known(self.now, {branch: status})
            return self._overtaken(key)
        before = known.answers.get(branch)
        if before is not None and (before != "UNKNOWN" or status == "UNKNOWN"):
            return [Duplicate]
        known.answers[branch] = status
        if known.revision == 0 and len(known.answers) < len(BRANCHES):
            return []
        return self._decide(key, known)

    def _decide(self, key: tuple[str, int], known: Known) -> list[Any]:
        expected = self._overtaken(key)
        known.revision += 1
        known.decided_at = self.now
        statuses = set(known.answers.values())
        if known.unsettled or statuses & {"LIMITED", "WARNING", "DEVIATION"}:
            verdict = "REVIEW"
        else:
            verdict = "APPROVED"
        if not known.unsettled and statuses & REJECTING:
            verdict = "REJECTED"
        complete = len(known.answers) == len(BRANCHES)
        settled = known.status == "REPLACED"
        if settled:
            verdict = known.status
        elif verdict == "REVIEW" and self._is_overtaken(key):
            verdict = "REPLACED"
        known.status = verdict
        expected.append(("decision", *key, known.revision, verdict, complete))
        if verdict == "REVIEW":
            expected.append(("asked", *key, known.revision))
        elif not settled:
            expected.append(("settled", *key, verdict))
        return expected

    def _overtaken(self, key: tuple[str, int]) -> list[Any]:
        """What becomes of the first attempt, now that the second is there."""
        first = self.known.get((key[0], 1))
        if key[1] == 1 or first is None or first.status != "REVIEW":
            return []
        first.revision += 1
        first.status = "REPLACED"
        first.decided_at = self.now
        complete = len(first.answers) == len(BRANCHES)
        about = (key[0], 1)
        return [
            ("decision", *about, first.revision, "REPLACED", complete),
            ("settled", *about, "REPLACED"),
        ]

    def _is_overtaken(self, key: tuple[str, int]) -> bool:
        second = self.known.get((key[0], 2))
        return key[1] == 1 and second is not None and not second.forgotten

    @rule(lag=st.integers(0, 300))
    def caught_up(self, lag: int) -> None:
        until = self.now - lag
        expected = []
        for waits in [request for _, request in self.waiting.items()]:
            key = (waits.request_id, waits.attempt)
            if self.known[key].opened_at + DEADLINE < until:
                expected += self._decide(key, self.known[key])
        for known in self.known.values():
            settled = known.revision and known.status != "REVIEW"
            if settled and not known.forgotten and known.decided_at <= until - REMEMBER:
                known.forgotten = True
                self.horizon = max(self.horizon, known.decided_at)
        outcomes = list(self.join.caught_up(*self._tables(), until, self.now))
        self._take(outcomes)
        assert Counter(map(self._kind, outcomes)) == Counter(expected)

    @rule(by=st.integers(1, 250))
    def time_passes(self, by: int) -> None:
        self.now += by

    @rule()
    def committed_and_restarted(self) -> None:
        for table in self._tables():
            self.log += [(table.topic, key, value) for key, value in table.changes()]
        anew = {kind.name: ChangelogTable[Any](kind.name, kind) for kind in TABLES}
        for topic, key, value in self.log:
            anew[topic].restore(key, value)
        for table in anew.values():
            table.restored()
        self.waiting, self.memory, self.reviews, self.cancelled = anew.values()

    def _tables(self) -> Tables:
        return self.waiting, self.memory, self.reviews, self.cancelled

    def _take(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, InvoiceDecision):
                key = (outcome.request_id, outcome.attempt)
                self.decisions.setdefault(key, []).append(outcome)
            elif isinstance(outcome, InvoiceSettled):
                self.settled.setdefault((outcome.request_id, outcome.attempt), []).append(outcome)

    @staticmethod
    def _kind(outcome: Outcome) -> Any:
        if isinstance(outcome, InvoiceDecision):
            return (
                "decision",
                outcome.request_id,
                outcome.attempt,
                outcome.revision,
                outcome.status,
                outcome.complete,
            )
        if isinstance(outcome, InvoiceSettled):
            return ("settled", outcome.request_id, outcome.attempt, outcome.outcome)
        if isinstance(outcome, InvoiceReviewRequested):
            return ("asked", outcome.request_id, outcome.attempt, outcome.revision)
        return type(outcome)

    @invariant()
    def revisions_count_from_one_without_gaps(self) -> None:
        for made in self.decisions.values():
            assert [decision.revision for decision in made] == list(range(1, len(made) + 1))
            assert all(decision.changes for decision in made[1:])
            assert not made[0].changes

    @invariant()
    def only_an_unknown_answer_allows_a_second_complete_decision(self) -> None:
        for made in self.decisions.values():
            final = [
                decision
                for decision in made
                if decision.complete
                and all(answer.status != "UNKNOWN" for answer in decision.branches)
            ]
            assert len([each for each in final if each.status != "REPLACED"]) <= 1
            assert final in ([], made[-1:], made[-2:])

    @invariant()
    def partial_decisions_keep_to_the_deadline_and_name_what_is_missing(self) -> None:
        for made in self.decisions.values():
            for decision in made:
                answered = {answer.branch for answer in decision.branches}
                assert set(decision.missing) == set(BRANCHES) - answered
                assert decision.complete == (not decision.missing)
                if not decision.complete:
                    assert decision.decided_at > decision.opened_at + DEADLINE

    @invariant()
    def what_is_settled_is_settled_once_by_the_last_decision(self) -> None:
        for key, settled in self.settled.items():
            (only,) = settled
            assert only.outcome in ("APPROVED", "REJECTED", "REPLACED")
            assert self.decisions[key][-1].status == only.outcome

    @invariant()
    def tables_hold_no_more_than_what_is_open_or_remembered(self) -> None:
        waiting = [known for known in self.known.values() if known.revision == 0]
        decided = [known for known in self.known.values() if known.revision]
        reviewed = [known for known in decided if known.status == "REVIEW"]
        settled = [known for known in decided if known.status != "REVIEW" and not known.forgotten]
        assert len(self.waiting) == len(waiting)
        assert len(self.reviews) == len(reviewed)
        assert len(self.memory) == len(settled) + (self.horizon >= 0)


Joining.TestCase.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
TestJoining = Joining.TestCase

GOOD: tuple[tuple[Branch, str], ...] = (
    ("VALIDATION", "APPROVED"),
    ("INVENTORY", "AVAILABLE"),
    ("FRAUD", "PASS"),
    ("PRICING", "MATCH"),
)


class Requests:
    """A join with its tables."""

    def __init__(self) -> None:
        self.join = Join(DEADLINE, REMEMBER)
        self.waiting: Table[Any] = MemoryTable[Any]()
        self.memory: Table[Any] = MemoryTable[Any]()
        self.reviews: Table[Any] = MemoryTable[Any]()
        self.cancelled: Table[Any] = MemoryTable[Any]()

    def answer(self, answer: Result, at: int) -> list[Outcome]:
        return self.read(answer, at, at)

    def read(self, answer: Result, written_at: int, now: int) -> list[Outcome]:
        tables = self.waiting, self.memory, self.reviews, self.cancelled
        return list(self.join.answer(*tables, answer, written_at, now))

    def caught_up(self, until: int, now: int) -> list[Outcome]:
        tables = self.waiting, self.memory, self.reviews, self.cancelled
        return list(self.join.caught_up(*tables, until, now))


def decisions(outcomes: list[Outcome]) -> Iterator[InvoiceDecision]:
    return (outcome for outcome in outcomes if isinstance(outcome, InvoiceDecision))


def test_the_deadline_counts_from_the_first_answer_as_written_not_as_read() -> None:
    requests = Requests()
    requests.read(result(*GOOD[0]), 100, 9_000)
    assert requests.caught_up(100 + DEADLINE, 9_000) == []
    (partial,) = decisions(requests.caught_up(100 + DEADLINE + 1, 9_000))
    assert partial.missing == ("INVENTORY", "FRAUD", "PRICING")
    assert partial.opened_at == 100


@pytest.mark.parametrize("uploaded_at", [-(2**63), 2**63 - 1])
def test_clocks_that_are_far_off_do_not_make_latencies_that_no_record_can_carry(
    uploaded_at: int,
) -> None:
    requests = Requests()
    found = result(*GOOD[0], uploaded_at=uploaded_at)
    requests.read(found, 100, 9_000)
    (partial,) = decisions(requests.caught_up(100 + DEADLINE + 1, 9_000))
    assert partial.latency_ms == (2**63 - 1 if uploaded_at < 0 else 0)


@pytest.mark.parametrize(
    ("due", "kept"),
    [(2**63 - 1, 2**63 - 1), (-(2**63) + 1, -(2**63) + 1), (2**64, None), (-(2**64), None)],
)
def test_an_amount_that_no_table_can_keep_is_not_known(due: int, kept: int | None) -> None:
    requests = Requests()
    waiting = ChangelogTable[Any]("requests", REQUESTS)
    requests.waiting = waiting
    details = PricingDetails(currency="EUR", invoiced_net=0, amount_in_base=due)
    priced = replace(result("PRICING", "MATCH"), details=details)

    requests.answer(priced, 100)
    assert list(waiting.changes())

    (partial,) = decisions(requests.caught_up(100 + DEADLINE + 1, 9_000))
    assert partial.amount == kept


def test_a_known_answer_replaces_unknown_and_says_so() -> None:
    requests = Requests()
    for branch, status in GOOD[:3]:
        requests.answer(result(branch, status), 10)
    first, asked = requests.answer(result("PRICING", "UNKNOWN"), 20)
    revision, again = requests.answer(result("PRICING", "DEVIATION"), 30)
    assert isinstance(revision, InvoiceDecision)
    assert isinstance(first, InvoiceDecision)
    assert (first.revision, first.status, first.complete) == (1, "REVIEW", True)
    assert (revision.revision, revision.changes) == (2, ("pricing: UNKNOWN → DEVIATION",))
    assert isinstance(asked, InvoiceReviewRequested)
    assert isinstance(again, InvoiceReviewRequested)
    assert (asked.revision, again.revision) == (1, 2)


def test_attempts_of_one_request_are_decided_apart() -> None:
    requests = Requests()
    for branch, status in GOOD:
        requests.answer(result(branch, status), 10)
        again = requests.answer(result(branch, status, attempt=2), 10)
    assert [decision.attempt for decision in decisions(again)] == [2]


@pytest.mark.parametrize(
    ("worst", "expected"),
    [
        ((), "APPROVED"),
        ((("INVENTORY", "LIMITED"),), "REVIEW"),
        ((("FRAUD", "FAIL"), ("PRICING", "DEVIATION")), "REJECTED"),
        ((("FRAUD", "FAIL"), ("PRICING", "UNKNOWN")), "REVIEW"),
        ((("VALIDATION", "SOMETHING_NEW"),), "REVIEW"),
    ],
)
def test_the_worst_answer_decides_and_what_is_not_known_asks_a_person(
    worst: tuple[tuple[Branch, str], ...], expected: str
) -> None:
    statuses = dict(GOOD) | dict(worst)
    requests = Requests()
    outcomes: list[Outcome] = []
    for branch in BRANCHES:
        outcomes += requests.answer(result(branch, statuses[branch]), 10)
    (decision,) = decisions(outcomes)
    assert decision.status == expected == status_of(decision.branches)


def test_what_is_no_error_rejects_nothing() -> None:
    requests = Requests()
    for branch, status in GOOD[1:]:
        requests.answer(result(branch, status), 10)
    answered = requests.answer(result("VALIDATION", "REJECTED", severity="WARNING"), 10)
    (decision,) = decisions(answered)
    assert decision.status == "REVIEW"
