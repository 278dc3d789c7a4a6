"""Reviews: who has to be asked is asked once, and every answer has one effect or one refusal.

The answers to a request are gone through in the order of their topic, with rules written down
again here. A revision that no answer explains may come in between: a branch has answered. Which
one an answer met is told by the decisions; that they are right is for `join` and `decided` to say.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

from connectors.dead_letters import ERROR_REASON, OFFSET, PARTITION
from connectors.stream import Decoded
from operators.decision import InvoiceDecision
from operators.reference import ReferencePolicy
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from tests.faults.checks.check import Check, Findings
from tests.faults.checks.reference import Reference
from tests.faults.recorded import Recorded

NAME = "people are asked once, and each answer has one effect or one refusal"
REFUSALS = ("review_outdated", "review_settled", "same_reviewer")
"""Reasons for which answers may become dead letters."""

Case: TypeAlias = tuple[str, int]
_R = TypeVar("_R", InvoiceDecision, InvoiceReviewRequested)
_DAY_MS = 86_400_000


class _Said(NamedTuple):
    """A person's answer, and the reasons for which it was set aside."""

    answer: InvoiceReviewCompleted
    letters: Sequence[str]


def asked_and_heard(recorded: Recorded, reference: Reference) -> Check:
    """Every request for a review, every answer and every decision that people have made."""
    findings = Findings(NAME)
    asked = _by_case(recorded.contents(InvoiceReviewRequested))
    answers = _answers(recorded, findings)
    cases = {*asked, *answers, *_under_review(recorded)}
    decided = _by_case(
        each
        for each in recorded.contents(InvoiceDecision)
        if (each.request_id, each.attempt) in cases
    )
    opened: set[Case] = set()
    outcomes: Counter[str] = Counter()
    for case in sorted(cases):
        revisions = {each.revision: each for each in decided.get(case, ())}
        named = f"request {case[0]} attempt {case[1]}"
        for problem in _asked_wrongly(revisions, asked.get(case, ()), reference.policy):
            findings.add(f"{named}: {problem}")
        heard = _Hearing(revisions, reference.policy)
        for said in answers.get(case, ()):
            outcomes[heard.hear(said)] += 1
        for problem in heard.left():
            findings.add(f"{named}: {problem}")
        if revisions and revisions[max(revisions)].status == "REVIEW":
            opened.add(case)
    requests = sum(len(each) for each in asked.values())
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))
    return findings.check(
        f"{requests:,} requests, {len(opened):,} of them open; answers: {told or 'none'}"
    )


def _under_review(recorded: Recorded) -> Iterator[Case]:
    """Attempts that people had to look at, or have: few of all."""
    for decision in recorded.contents(InvoiceDecision):
        if decision.status == "REVIEW" or decision.reviews:
            yield decision.request_id, decision.attempt


def _by_case(records: Iterable[_R]) -> dict[Case, list[_R]]:
    found: dict[Case, list[_R]] = defaultdict(list)
    for each in records:
        found[each.request_id, each.attempt].append(each)
    return found


def _answers(recorded: Recorded, findings: Findings) -> dict[Case, list[_Said]]:
    """What people have said of each attempt, in order, with what was set aside."""
    topic = recorded.contracts.topic_of(InvoiceReviewCompleted).name
    letters: dict[tuple[int, int], list[str]] = defaultdict(list)
    for letter in recorded.raw(recorded.contracts.dead_letters_of(topic)):
        place = (_number(letter.header(PARTITION)), _number(letter.header(OFFSET)))
        letters[place].append((letter.header(ERROR_REASON) or b"").decode())
    found: dict[Case, list[_Said]] = defaultdict(list)
    decoded: Decoded[InvoiceReviewCompleted]
    for decoded in recorded.of(InvoiceReviewCompleted):
        answer, received = decoded.record, decoded.received
        reasons = letters.pop((received.partition, received.offset), [])
        found[answer.request_id, answer.attempt].append(_Said(answer, reasons))
    for partition, offset in sorted(letters):
        findings.add(f"{topic}[{partition}] offset {offset}: refused, but nobody said it")
    return found


def _number(header: bytes | None) -> int:
    return int(header or b"-1")


def _asked_wrongly(
    revisions: Mapping[int, InvoiceDecision],
    asked: Sequence[InvoiceReviewRequested],
    policy: ReferencePolicy,
) -> Iterator[str]:
    """Revisions of an attempt that people were not asked about as they should be."""
    times = Counter(each.revision for each in asked)
    for number in sorted({*revisions, *times}):
        decision = revisions.get(number)
        wanted = int(decision is not None and decision.status == "REVIEW")
        if times[number] != wanted:
            yield f"asked {times[number]} times about revision {number} instead of {wanted}"
    if list(times) != sorted(times):
        yield "asked about an earlier revision after a later one"
    for each in asked:
        decision = revisions.get(each.revision)
        if decision is None:
            continue
        days = policy.review_expire_days
        right = (
            "DECISION",
            decision.invoice_id,
            decision.vendor_id,
            decision.amount,
            decision.approvers,
            decision.decided_by,
            decision.missing,
            decision.decided_at,
            decision.decided_at + days * _DAY_MS,
            decision.reviews,
            _needed(decision, policy),
            sum(len(answer.violations) for answer in decision.branches),
        )
        said = (
            each.kind,
            each.invoice_id,
            each.vendor_id,
            each.amount,
            each.approvers,
            each.row,
            each.missing,
            each.opened_at,
            each.expires_at,
            each.approvals,
            each.needed,
            len(each.violations) + each.more,
        )
        if said != right:
            yield f"asked about revision {each.revision} otherwise than it was decided"


def _needed(decision: InvoiceDecision, policy: ReferencePolicy) -> int:
    """How many people have to approve it."""
    limit = policy.approval_limit if policy.four_eyes_from is None else policy.four_eyes_from
    return 1 if decision.amount is not None and abs(decision.amount) < limit else 2


class _Hearing:
    """One attempt's answers, in order, against the revisions that followed."""

    def __init__(self, revisions: Mapping[int, InvoiceDecision], policy: ReferencePolicy) -> None:
        self._revisions = revisions
        self._policy = policy
        self._in_force = 1
        self._taken: list[InvoiceReviewCompleted] = []
        self._by_people: set[int] = set()
        self._problems: list[str] = []

    def hear(self, said: _Said) -> str:
        """What has to come of an answer."""
        outcome = self._outcome(said.answer, said.letters)
        wanted = [outcome] if outcome in REFUSALS or outcome == "review_unknown" else []
        if list(said.letters) != wanted:
            self._problems.append(
                f"an answer of {said.answer.reviewer} about revision {said.answer.revision} has "
                f"{', '.join(said.letters) or 'no dead letter'}, right is {outcome}"
            )
        return outcome

    def left(self) -> Iterator[str]:
        """What was wrong, and revisions by people that nobody has asked for."""
        yield from self._problems
        for number, decision in sorted(self._revisions.items()):
            before = self._revisions.get(number - 1)
            new = before is None or decision.reviews != before.reviews
            if decision.reviews and new and number not in self._by_people:
                yield f"revision {number} is by people, but follows from no answer"

    def _outcome(self, answer: InvoiceReviewCompleted, letters: Sequence[str]) -> str:
        if answer in self._taken:
            return "duplicate"
        if not self._revisions:
            return "review_unknown"
        self._advance(answer, letters)
        current = self._revisions[self._in_force]
        if current.status != "REVIEW":
            return "review_settled"
        if answer.revision != self._in_force:
            return "review_outdated"
        if answer.outcome == "APPROVED" and any(
            each.reviewer.casefold() == answer.reviewer.casefold() for each in current.reviews
        ):
            return "same_reviewer"
        self._take(answer, current)
        return "taken"

    def _advance(self, answer: InvoiceReviewCompleted, letters: Sequence[str]) -> None:
        """Revisions by branches that have come before the answer, as far as it tells."""
        refused = bool(letters)
        while (following := self._revisions.get(self._in_force + 1)) is not None:
            by_branch = not _is_by(answer, following) and not following.reviews
            if not by_branch or (self._in_force >= answer.revision and not refused):
                return
            self._in_force += 1

    def _take(self, answer: InvoiceReviewCompleted, current: InvoiceDecision) -> None:
        number = self._in_force + 1
        following = self._revisions.get(number)
        if following is None or not _is_by(answer, following):
            self._problems.append(
                f"revision {number} is not by {answer.reviewer}, who was asked about "
                f"{current.revision}"
            )
            return
        self._taken.append(answer)
        self._by_people.add(number)
        self._in_force = number
        enough = len(following.reviews) >= _needed(current, self._policy)
        right = answer.outcome if answer.outcome != "APPROVED" or enough else "REVIEW"
        if following.reviews[:-1] != current.reviews or following.branches != current.branches:
            self._problems.append(f"revision {number} changes more than {answer.reviewer} has said")
        if following.status != right:
            self._problems.append(f"revision {number} is {following.status}, {right} is right")
        settled = following.status != "REVIEW"
        by_person = following.decided_by == "a person" and following.reason == answer.reason
        if settled and not by_person:
            self._problems.append(f"revision {number} does not say that {answer.reviewer} decided")


def _is_by(answer: InvoiceReviewCompleted, decision: InvoiceDecision) -> bool:
    """Whether an answer is the last that counts for a decision."""
    if not decision.reviews:
        return False
    note = decision.reviews[-1]
    said = (answer.reviewer, answer.outcome, answer.reason, answer.completed_at)
    return (note.reviewer, note.outcome, note.reason, note.at) == said
