"""Answers, people, deadlines, expiry and restarts in any order: what always holds."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from operators.decide import BRANCHES
from operators.decision import Branch, InvoiceDecision, InvoiceSettled, ReviewOutcome
from operators.join import Duplicate, Outcome, Unanswered
from operators.people import Refused, Repeated
from operators.request import FINAL
from operators.review import (
    EXPIRED,
    PERSON,
    InvoiceReviewCompleted,
    InvoiceReviewRequested,
    same_person,
)
from operators.time import DAY
from operators.upload import InvoiceUploaded
from tests.unit.people import LARGE, SMALL, Desk, priced, said, taken_back
from tests.unit.test_join import STATUSES, result

PEOPLE = ("anna", " Anna", "ANNA", "ben", "eve")
AMOUNTS = (1, SMALL, LARGE, None)
Case = tuple[str, int]


class People(RuleBasedStateMachine):
    """A join, four branches, and people who are not always right."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.now = 1_000
        self.last: InvoiceReviewCompleted | None = None
        self.decisions: dict[Case, list[InvoiceDecision]] = defaultdict(list)
        self.settled: Counter[Case] = Counter()
        self.endings: dict[Case, str] = {}
        self.asked: dict[str, InvoiceReviewRequested] = {}
        self.uploads: Counter[Case] = Counter()
        self.uploaded: dict[Case, int] = {}
        self.read_until = 0
        self.cancelled: set[Case] = set()
        """Taken over."""

    @rule(
        request=st.sampled_from(["r-1", "r-2"]),
        attempt=st.integers(1, 3),
        branch=st.sampled_from(BRANCHES),
        choice=st.integers(0, 3),
        amount=st.sampled_from(AMOUNTS),
    )
    def a_branch_answers(
        self, request: str, attempt: int, branch: Branch, choice: int, amount: int | None
    ) -> None:
        status = STATUSES[branch][choice % len(STATUSES[branch])]
        at = self.uploaded.setdefault((request, attempt), self.now - 1)
        found = result(branch, status, request=request, attempt=attempt, uploaded_at=at)
        answer = priced(found, amount) if branch == "PRICING" else found
        outcomes = self.desk.answer(answer, self.now)
        if Duplicate in map(type, outcomes):
            assert len(outcomes) == 1
        self._take(outcomes)

    @rule(request=st.sampled_from(["r-1", "r-2"]), data=st.data())
    def all_branches_answer(self, request: str, data: st.DataObject) -> None:
        attempt = data.draw(st.integers(1, 2))
        amount = data.draw(st.sampled_from(AMOUNTS))
        for branch in BRANCHES:
            self.a_branch_answers(request, attempt, branch, data.draw(st.integers(0, 1)), amount)

    @rule(
        request=st.sampled_from(["r-1", "r-2", "r-9"]),
        person=st.sampled_from(PEOPLE),
        outcome=st.sampled_from(["APPROVED", "APPROVED", "REJECTED", "CORRECTED"]),
        off=st.sampled_from([0, 0, 0, 0, -1, 1]),
        attempt_off=st.sampled_from([0, 0, 0, 0, -1, 1]),
    )
    def a_person_answers(
        self, request: str, person: str, outcome: ReviewOutcome, off: int, attempt_off: int
    ) -> None:
        asked = self.asked.get(request)
        attempt = (asked.attempt if asked else 1) + attempt_off
        revision = (asked.revision if asked else 1) + off
        self.last = said(
            outcome, person, request=request, attempt=attempt, revision=revision, at=self.now
        )
        self._says(self.last)

    @rule()
    def the_last_answer_comes_again(self) -> None:
        if self.last is not None:
            self._says(self.last)

    def _says(self, completed: InvoiceReviewCompleted) -> None:
        case = (completed.request_id, completed.attempt)
        is_open = self._open().get(completed.request_id)
        outcomes = self.desk.review(completed, self.now)
        assert outcomes, "a person's answer has left no trace"
        self._take(outcomes)
        if isinstance(outcomes[0], Refused):
            assert len(outcomes) == 1
            assert outcomes[0].message
        elif not isinstance(outcomes[0], Repeated):
            assert is_open is not None
            assert (is_open.request_id, is_open.attempt) == case
            assert is_open.revision == completed.revision

    @rule(request=st.sampled_from(["r-1", "r-2", "r-9"]), attempt=st.integers(1, 3))
    def the_producer_cancels(self, request: str, attempt: int) -> None:
        completed = taken_back(request=request, attempt=attempt, at=self.now)
        made = self.decisions.get((request, attempt))
        # What is settled and forgotten is as what was never heard of.
        is_settled = made is not None and made[-1].status in FINAL
        outcomes = self.desk.cancel(completed, self.now)
        self._take(outcomes)
        if not isinstance(outcomes[0] if outcomes else None, Refused):
            if not is_settled:
                self.cancelled.add((request, attempt))
            assert isinstance(self.desk.cancel(completed, self.now)[0], Repeated)

    @rule(lag=st.integers(0, 3 * DAY))
    def everything_has_been_read(self, lag: int) -> None:
        self.read_until = self.now - lag
        promised = {**self.asked}
        outcomes = list(self.desk.caught_up(self.read_until, self.now))
        for each in outcomes:
            if isinstance(each, InvoiceSettled) and each.outcome == "EXPIRED":
                assert promised[each.request_id].expires_at < self.read_until
        self._take(outcomes)
        for asked in self._open_requests():
            assert asked.expires_at >= self.read_until, "it should have expired"

    @rule(by=st.sampled_from([1, 29, 31, DAY // 2, 3 * DAY, 31 * DAY]))
    def time_passes(self, by: int) -> None:
        self.now += by

    @rule()
    def committed_and_restarted(self) -> None:
        self.desk.restart()

    def _open(self) -> dict[str, InvoiceDecision]:
        return {
            request: made[-1]
            for (request, _), made in self.decisions.items()
            if made[-1].status == "REVIEW"
        }

    def _open_requests(self) -> list[InvoiceReviewRequested]:
        return [self.asked[request] for request in self._open()]

    def _take(self, outcomes: Iterable[Outcome]) -> None:
        for each in outcomes:
            match each:
                case InvoiceDecision():
                    self.decisions[each.request_id, each.attempt].append(each)
                case InvoiceSettled():
                    self.settled[each.request_id, each.attempt] += 1
                    self.endings[each.request_id, each.attempt] = each.outcome
                case InvoiceReviewRequested():
                    self.asked[each.request_id] = each
                case Unanswered():
                    case = each.cancellation.request_id, each.cancellation.attempt
                    if case not in self.decisions:
                        self.cancelled.discard(case)
                case InvoiceUploaded():
                    self.uploads[each.request_id, each.attempt] += 1
                    assert self.decisions[each.request_id, each.attempt - 1]
                case _:
                    pass

    @invariant()
    def an_attempt_is_settled_once_and_as_its_decision_says(self) -> None:
        for case, count in self.settled.items():
            assert count == 1
            status = self.decisions[case][-1].status
            ending = self.endings[case]
            assert status == ("REJECTED" if ending == "EXPIRED" else ending)
        for case, made in self.decisions.items():
            assert (made[-1].status in FINAL) == (case in self.settled)

    @invariant()
    def revisions_count_up_and_what_is_settled_stands(self) -> None:
        for made in self.decisions.values():
            assert [each.revision for each in made] == list(range(1, len(made) + 1))
            assert all(each.changes for each in made[1:])
            final = [each for each in made if each.status in FINAL]
            assert final == made[len(made) - len(final) :]
            whys = {(each.status, each.decided_by, each.reason, each.reviews) for each in final}
            assert len(whys) <= 1

    @invariant()
    def people_say_why_and_large_amounts_take_two_of_them(self) -> None:
        for made in self.decisions.values():
            for each in made:
                assert each.reason
                if each.decided_by != PERSON:
                    continue
                assert each.reviews
                if each.status == "APPROVED":
                    when_decided = next(one for one in made if one.decided_by == PERSON)
                    large = when_decided.amount is None or when_decided.amount >= LARGE
                    assert len(each.reviews) == (2 if large else 1)
                    names = [note.reviewer for note in each.reviews]
                    assert len(names) == 1 or not same_person(*names)

    @invariant()
    def one_attempt_of_a_request_is_open_at_most_and_somebody_was_asked_about_it(self) -> None:
        opened = Counter(
            request for (request, _), made in self.decisions.items() if made[-1].status == "REVIEW"
        )
        assert set(opened.values()) <= {1}
        for request, decision in self._open().items():
            asked = self.asked[request]
            assert (asked.attempt, asked.revision) == (decision.attempt, decision.revision)
            assert asked.approvals == decision.reviews
            assert len(asked.approvals) < asked.needed

    @invariant()
    def what_is_cancelled_is_rejected_and_nothing_changes_it(self) -> None:
        for case in self.cancelled & set(self.decisions):
            last = self.decisions[case][-1]
            assert (last.status, last.decided_by) == ("REJECTED", PERSON)
            assert last.reviews[-1].reviewer == "shop"

    @invariant()
    def a_correction_is_uploaded_once(self) -> None:
        assert set(self.uploads.values()) <= {1}

    @invariant()
    def what_expired_says_so(self) -> None:
        for case, ending in self.endings.items():
            assert (ending == "EXPIRED") == (self.decisions[case][-1].decided_by == EXPIRED)


People.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestPeople = People.TestCase
