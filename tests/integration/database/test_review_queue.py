"""The queue of open reviews: what is in it, whose an item is, and what has been answered."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

from connectors.at_rest import AtRest
from connectors.database import Store
from connectors.database.connected import Connected
from connectors.database.review_answers import ReviewAnswers
from connectors.database.review_queue import Claim, ReviewQueue, Wanted
from connectors.database.sealing import PLAIN, PURPOSE, Sealing
from operators.decision import ReviewNote
from operators.money import parse
from tests.integration.database.records import (
    UPLOADED_AT,
    Arrival,
    asked,
    decision,
    event,
    review,
    upload,
)

NOW = UPLOADED_AT + 100_000
LEASE = 600_000


@pytest.fixture(params=[False, True], ids=["plain", "sealed"])
def sealing(request: pytest.FixtureRequest, keys: Path) -> Sealing:
    return Sealing(AtRest(keys, PURPOSE), ["all"]) if request.param else PLAIN


@pytest.fixture
def database(url: str, sealing: Sealing) -> Iterator[Connected]:
    opened = Connected(url, sealing=sealing)
    yield opened
    opened.close()


@pytest.fixture
def queue(database: Connected) -> ReviewQueue:
    return ReviewQueue(database)


@pytest.fixture
def answers(database: Connected) -> ReviewAnswers:
    return ReviewAnswers(database)


def listed(
    queue: ReviewQueue, now: int = NOW, tenant: str | None = None, **wanted: object
) -> list[str]:
    return [each.request_id for each in queue.open(Wanted(**wanted), tenant, now)]  # type: ignore[arg-type]  # each as its field wants it


@pytest.mark.parametrize("later", [(1, 2), (2, 1)])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_question_is_open_until_a_later_decision_in_whichever_order_they_come(
    store: Store, queue: ReviewQueue, later: tuple[int, int], order: tuple[int, int]
) -> None:
    attempt, revision = later
    ends = decision(replace(Arrival("r-1"), attempt=attempt), revision, "APPROVED")
    store.append("c", [event(decision(Arrival("r-1")), 0)])
    for which in order:
        store.append("c", [[event(asked(Arrival("r-1")), 1), event(ends, 2)][which]])
    assert listed(queue) == []


def test_of_a_request_the_last_question_is_in_force_and_begins_anew(
    store: Store, queue: ReviewQueue
) -> None:
    store.append("c", [event(asked(Arrival("r-1")), 1), event(decision(Arrival("r-1")), 2)])
    assert queue.claim("r-1", "anna", NOW, LEASE).mine
    second = asked(Arrival("r-1"), 2, needed=2, reason="Again.")
    store.append("c", [event(second, 3)])
    store.append("c", [event(asked(Arrival("r-1")), 4)])

    (found,) = queue.open(Wanted(), None, NOW)
    assert (found.revision, found.needed, found.holder) == (2, 2, None)
    opened = queue.get("r-1", None, NOW)
    assert opened is not None
    assert opened.asked == second


def test_it_is_found_by_what_it_is_and_in_the_order_that_is_wanted(
    store: Store, queue: ReviewQueue
) -> None:
    amounts = {"r-1": "9.50", "r-2": "1000", "r-3": None}
    for number, (request_id, amount) in enumerate(amounts.items()):
        arrival = Arrival(request_id)
        question = asked(
            arrival,
            amount=None if amount is None else parse(amount),
            approvers="purchasing" if number else None,
            kind="EXTRACTION" if number == 2 else "DECISION",
            vendor_id=f"v-{number}",
            opened_at=NOW - 1_000 + number,
        )
        store.append("c", [event(question, number)])
    assert listed(queue) == ["r-1", "r-2", "r-3"]
    assert listed(queue, order="dearest") == ["r-3", "r-2", "r-1"]
    assert listed(queue, group="purchasing") == ["r-2", "r-3"]
    assert listed(queue, kind="EXTRACTION") == ["r-3"]
    assert listed(queue, vendor="v-1") == ["r-2"]
    assert listed(queue, rule="BR-CO-10") == ["r-1", "r-2", "r-3"]
    assert listed(queue, rule="BR-CO") == []
    counts = queue.counts(None, NOW)
    assert (counts.open, counts.groups, counts.kinds) == (
        3,
        {"purchasing": 2},
        {"DECISION": 2, "EXTRACTION": 1},
    )


def test_a_vendor_is_found_by_a_part_of_its_name(store: Store, queue: ReviewQueue) -> None:
    for number, name in enumerate(["Müller & Söhne", "Schmidt", "Muellerei 50%", None]):
        invoice = upload(Arrival("r")).invoice
        assert invoice is not None
        named = (
            None if name is None else replace(invoice, seller=replace(invoice.seller, name=name))
        )
        question = asked(Arrival(f"r-{number}"), invoice=named, opened_at=NOW + number)
        store.append("c", [event(replace(question, vendor_id=f"v-{number}"), number)])
    assert listed(queue, vendor="schm") == ["r-1"]
    assert listed(queue, vendor="LLER") == ["r-0", "r-2"]
    assert listed(queue, vendor="50%") == ["r-2"]
    assert listed(queue, vendor="%") == ["r-2"]
    assert listed(queue, vendor="v-3") == ["r-3"]
    assert listed(queue, vendor="v") == []
    assert [each.request_id for each in queue.open(Wanted(vendor="ller"), None, NOW, 1)] == ["r-0"]


def test_what_belongs_to_another_tenant_is_not_there(store: Store, queue: ReviewQueue) -> None:
    owned = replace(upload(Arrival("r-1")), tenant="north")
    again = upload(Arrival("r-1", attempt=2))
    store.append("c", [event(owned, 0), event(again, 1), event(asked(Arrival("r-1")), 2)])
    assert listed(queue, tenant="north") == ["r-1"]
    assert listed(queue, tenant="south") == []
    assert listed(queue) == []
    assert queue.get("r-1", "south", NOW) is None


def test_of_many_who_reach_for_an_item_one_has_it_and_the_others_are_told_who(
    store: Store, queue: ReviewQueue
) -> None:
    store.append("c", [event(asked(Arrival("r-1")), 0)])
    people = [f"person-{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        claims = list(threads.map(lambda who: queue.claim("r-1", who, NOW, LEASE), people))
    winners = [who for who, claim in zip(people, claims, strict=True) if claim.mine]
    assert len(winners) == 1
    assert {(each.holder, each.until) for each in claims} == {(winners[0], NOW + LEASE)}


def test_a_claim_is_renewed_given_back_given_away_and_ends_by_itself(
    store: Store, queue: ReviewQueue
) -> None:
    store.append("c", [event(asked(Arrival("r-1")), 0)])
    assert queue.claim("r-1", "anna", NOW, LEASE).mine
    assert queue.claim("r-1", "anna", NOW + 1_000, LEASE) == Claim(True, "anna", NOW + 601_000)
    assert not queue.claim("r-1", "ben", NOW + 600_999, LEASE).mine
    assert queue.claim("r-1", "ben", NOW + 601_000, LEASE).mine
    assert not queue.release("r-1", "anna", NOW + 601_001)
    assert queue.assign("r-1", "cleo", NOW, LEASE)
    assert queue.release("r-1", "cleo", NOW)
    assert queue.claim("r-1", "anna", NOW, LEASE).mine
    assert not queue.hand_over("r-1", "ben", "ben", NOW, LEASE)
    assert queue.hand_over("r-1", "anna", "Ben ", NOW, LEASE)
    assert queue.people(None) == ["Ben "]
    assert not queue.claim("r-1", "anna", NOW, LEASE).mine
    assert queue.claim("r-1", "ben", NOW, LEASE) == Claim(True, "ben", NOW + LEASE)
    assert queue.release("r-1", "ben", NOW)
    assert queue.claim("r-1", "anna", NOW, LEASE).mine
    assert queue.claim("r-2", "anna", NOW, LEASE) == Claim(False, None, None)


def test_what_is_put_off_comes_back(store: Store, queue: ReviewQueue) -> None:
    store.append("c", [event(asked(Arrival("r-1")), 0)])
    queue.claim("r-1", "anna", NOW, LEASE)
    assert not queue.postpone("r-1", "ben", NOW + 5_000, NOW)
    assert queue.postpone("r-1", "anna", NOW + 5_000, NOW)
    assert listed(queue) == []
    assert listed(queue, postponed=True) == ["r-1"]
    assert queue.counts(None, NOW).postponed == 1
    assert listed(queue, now=NOW + 5_000) == ["r-1"]


def test_the_next_item_is_one_that_this_person_may_answer(store: Store, queue: ReviewQueue) -> None:
    note = ReviewNote("Anna", "APPROVED", "Fine.", NOW)
    for number, approvals in enumerate([(note,), (), ()]):
        question = asked(Arrival(f"r-{number}"), approvals=approvals, opened_at=NOW + number)
        store.append("c", [event(question, number)])
    queue.claim("r-1", "ben", NOW, LEASE)
    assert queue.next(Wanted(), None, "anna", NOW, LEASE) == "r-2"
    assert queue.next(Wanted(), None, "cleo", NOW, LEASE) == "r-0"
    assert queue.next(Wanted(), None, "dora", NOW, LEASE) is None


def test_an_answer_can_be_taken_back_until_it_is_due(
    store: Store, queue: ReviewQueue, answers: ReviewAnswers
) -> None:
    store.append("c", [event(asked(Arrival("r-1")), 0)])
    queue.claim("r-1", "anna", NOW, LEASE)
    said = review(Arrival("r-1"))
    given = answers.give(said, NOW, 8_000)
    assert given is not None
    assert answers.give(replace(said, completed_at=NOW + 1), NOW + 1, 8_000) == given
    assert listed(queue) == []
    assert answers.claim(NOW + 7_999, LEASE) == []
    assert answers.take_back(given.answer_id, "ben", NOW + 1, LEASE) is None
    assert answers.take_back(given.answer_id, "anna", NOW + 1, LEASE) == "r-1"
    assert answers.claim(NOW + 9_000, LEASE) == []
    assert listed(queue) == ["r-1"]

    again = answers.give(said, NOW, 8_000)
    assert again is not None
    assert [each.completed for each in answers.claim(NOW + 8_000, LEASE)] == [said]
    assert answers.take_back(again.answer_id, "anna", NOW + 8_000, LEASE) is None


def test_an_answer_that_is_being_published_is_not_taken_back(
    store: Store, answers: ReviewAnswers
) -> None:
    """By a clock that is behind it is not due yet."""
    store.append("c", [event(asked(Arrival("r-1")), 0)])
    given = answers.give(review(Arrival("r-1")), NOW, 8_000)
    assert given is not None
    assert answers.claim(NOW + 8_000, 60_000) == [given]
    assert answers.take_back(given.answer_id, "anna", NOW + 7_999, LEASE) is None
    assert answers.claim(NOW + 67_999, 60_000) == [], "it is somebody's"
    assert answers.claim(NOW + 68_000, 60_000) == [given], "who has died with it"
    answers.give_back([given], NOW + 69_000)
    assert answers.take_back(given.answer_id, "anna", NOW + 7_999, LEASE) is None
    assert answers.claim(NOW + 69_000, 60_000) == [given]
    answers.published(given.answer_id, NOW + 69_001)
    answers.give_back([given], NOW + 69_002)
    assert answers.claim(NOW + 900_000, 60_000) == []


def test_of_many_who_look_for_what_is_due_one_has_it(store: Store, answers: ReviewAnswers) -> None:
    store.append("c", [event(asked(Arrival(f"r-{each}")), each) for each in range(40)])
    for each in range(40):
        assert answers.give(review(Arrival(f"r-{each}")), NOW, 0) is not None
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: answers.claim(NOW, LEASE, 5), range(12)))
    rest = answers.claim(NOW, LEASE)
    taken = [each.completed.request_id for some in (*found, rest) for each in some]
    assert sorted(taken) == sorted(f"r-{each}" for each in range(40))


def test_nobody_answers_what_another_has_or_what_is_no_longer_asked(
    store: Store, queue: ReviewQueue, answers: ReviewAnswers
) -> None:
    store.append("c", [event(asked(Arrival("r-1")), 0)])
    queue.claim("r-1", "ben", NOW, LEASE)
    assert answers.give(review(Arrival("r-1"), "anna"), NOW, 0) is None
    store.append("c", [event(asked(Arrival("r-1"), 2), 1)])
    assert answers.give(review(Arrival("r-1"), "anna"), NOW, 0) is None


def test_a_refusal_is_told_and_the_item_is_open_again(
    store: Store, queue: ReviewQueue, answers: ReviewAnswers
) -> None:
    invoice = upload(Arrival("r-1")).invoice
    store.append("c", [event(asked(Arrival("r-1")), 0)])
    said = replace(review(Arrival("r-1")), outcome="CORRECTED", corrected=invoice)
    given = answers.give(said, NOW, 0)
    assert given is not None
    assert [each.completed for each in answers.claim(NOW, LEASE)] == [said]
    answers.published(given.answer_id, NOW)
    assert answers.claim(NOW + LEASE, LEASE) == []
    assert listed(queue) == []
    assert answers.refused(said, "same_reviewer", "Another has to.")
    found = answers.get(given.answer_id, "anna")
    assert found is not None
    assert (found.refusal, found.refused_because) == ("same_reviewer", "Another has to.")
    assert found.completed.corrected is None
    assert listed(queue) == ["r-1"]
    answers.forget(NOW + 90_000_000)
    assert answers.get(given.answer_id, "anna") is None
