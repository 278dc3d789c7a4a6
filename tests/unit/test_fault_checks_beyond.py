"""What comes after a decision is checked, too: statistics, enriched invoices, people's answers."""

import dataclasses
from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace

from connectors.dead_letters import ERROR_REASON
from operators.decision import InvoiceDecision, InvoiceSettled
from operators.enrichment import InvoiceEnriched
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.time import DAY
from tests.contract.generated_records import AT, WORLD
from tests.faults.checks import (
    audit,
    database,
    decided,
    enriched,
    inventory,
    join,
    once,
    postponed,
    pricing,
    reviews,
    saga,
    statistics,
)
from tests.faults.checks.reference import Reference
from tests.faults.history import Injected
from tests.faults.people import HABITS, Habit, habit_of
from tests.faults.small_history import SmallHistory, small_history
from tests.faults.verdict import felt, verdict
from tests.unit import fault_defects as defects
from tests.unit import fault_defects_beyond as beyond


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> SmallHistory:
    return small_history(tmp_path_factory.mktemp("history"))


def _failed(history: SmallHistory) -> dict[str, str]:
    return {each.name: each.detail for each in verdict(history.evidence()) if not each.passed}


Defect = tuple[defects.Plant, str, set[str], str]
ENRICHED: dict[str, Defect] = {
    name: (plant, enriched.NAME, {enriched.NAME}, told)
    for name, plant, told in (
        ("a lost enriched invoice", defects.lost(InvoiceEnriched), defects.VICTIM),
        ("an enriched invoice twice", defects.doubled(InvoiceEnriched), "2 times, not 1"),
        (
            "a rejected invoice enriched",
            beyond.of_another(InvoiceEnriched, defects.NOTIFIED),
            f"{defects.NOTIFIED} attempt 1: enriched 1 times, not 0",
        ),
        (
            "another's invoice enriched",
            beyond.otherwise(InvoiceEnriched, defects.VICTIM, number="another"),
            "its number is not that of the upload",
        ),
        (
            "an order that is another's",
            beyond.otherwise(InvoiceEnriched, defects.VICTIM, purchase_order="PO"),
            "its order is PO",
        ),
        ("postings that do not balance", beyond.unbalanced, "debits come to"),
        ("an enriched invoice forgotten", beyond.forgotten_enriched, "not remembered"),
    )
}
STATISTICS: dict[str, Defect] = {
    name: (plant, statistics.NAME, {statistics.NAME}, told)
    for name, plant, told in (
        ("a lost window", beyond.lost_window, "window 1m/"),
        ("a window twice", beyond.doubled_window, "is due"),
        ("one too many", beyond.counted(lambda it: {"decided": it.decided + 1}), "decided"),
        ("a late one", beyond.counted(lambda _: {"late": 1}), "1 decisions are called late"),
        ("another status", beyond.counted(beyond.another_status), "statuses"),
        ("rows left out", beyond.counted(lambda _: {"rows": ()}), "rows {}, a recount gives"),
        ("a cent more", beyond.counted(beyond.a_cent_more), "amounts"),
        ("another bucket", beyond.counted(beyond.another_bucket), "buckets that are not theirs"),
        ("a slower median", beyond.counted(beyond.slower_median), "p50 of validation"),
    )
}
HEARD = {reviews.NAME, audit.NAME, database.NAME}
REVIEWS: dict[str, Defect] = {
    "nobody asked": (
        beyond.without_last(InvoiceReviewRequested, beyond.APPROVED),
        reviews.NAME,
        {reviews.NAME, audit.NAME},
        f"{beyond.APPROVED} attempt 1: asked 0 times about revision 1 instead of 1",
    ),
    "asked twice": (
        defects.doubled(InvoiceReviewRequested, beyond.APPROVED),
        reviews.NAME,
        {reviews.NAME, audit.NAME},
        "asked 2 times",
    ),
    "asked about what is settled": (
        beyond.of_another(InvoiceReviewRequested, defects.VICTIM),
        reviews.NAME,
        {reviews.NAME, audit.NAME},
        f"{defects.VICTIM} attempt 1: asked 1 times about revision 1 instead of 0",
    ),
    "asked for more people": (
        beyond.otherwise(InvoiceReviewRequested, beyond.APPROVED, needed=2),
        reviews.NAME,
        {reviews.NAME, audit.NAME},
        "otherwise than it was decided",
    ),
    "an effect of nothing": (
        beyond.without_last(InvoiceReviewCompleted, beyond.REJECTED),
        reviews.NAME,
        HEARD,
        "revision 2 is by people, but follows from no answer",
    ),
    "an answer without effect": (
        beyond.without_last(InvoiceDecision, beyond.REJECTED),
        reviews.NAME,
        HEARD | {once.DECISIONS, once.NOTIFICATIONS, join.NAME, statistics.NAME},
        "revision 2 is not by person-1",
    ),
    "an answer with another effect": (
        beyond.otherwise(InvoiceDecision, beyond.REJECTED, reason="Because."),
        reviews.NAME,
        HEARD,
        "does not say that person-1 decided",
    ),
    "an answer taken as a duplicate": (
        beyond.answered_again,
        reviews.NAME,
        HEARD,
        "no dead letter, right is review_settled",
    ),
    "a lost refusal": (
        beyond.refusal(None),
        reviews.NAME,
        {reviews.NAME},
        "no dead letter, right is review_outdated",
    ),
    "a refusal for another reason": (
        beyond.refusal("same_reviewer"),
        reviews.NAME,
        {reviews.NAME},
        "same_reviewer, right is review_outdated",
    ),
    "a refusal twice": (
        beyond.refused_twice,
        reviews.NAME,
        {reviews.NAME},
        "review_outdated, review_outdated, right is review_outdated",
    ),
}
POSTPONED: dict[str, Defect] = {
    "a request still postponed": (
        beyond.still_postponed,
        postponed.NAME,
        {postponed.NAME},
        f"{defects.VICTIM}: fraud still waits for policy",
    ),
    "a part still away": (
        beyond.still_away,
        postponed.NAME,
        {postponed.NAME},
        "fraud: policy counts as OPEN",
    ),
    "an answer UNKNOWN": (
        beyond.unknown_answer,
        postponed.NAME,
        {postponed.NAME, decided.NAME, join.NAME, audit.NAME, database.NAME},
        f"{defects.VICTIM} attempt 1: validation is UNKNOWN",
    ),
}
DEFECTS = STATISTICS | ENRICHED | REVIEWS | POSTPONED


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_beyond_the_decisions_is_found(history: SmallHistory, defect: str) -> None:
    plant, name, failing, told = DEFECTS[defect]
    failed = _failed(plant(history))
    assert set(failed) == failing
    assert told in failed[name]


@pytest.mark.parametrize(
    ("habits", "refused"),
    [
        (("approves", "rejects"), []),
        (("comes too late", "is silent"), ["review_settled"]),
        (("is silent", "is ahead"), ["review_outdated"]),
    ],
)
def test_people_of_all_habits_pass(
    tmp_path: Path, habits: tuple[Habit, Habit], refused: list[str]
) -> None:
    history = small_history(tmp_path, habits)
    assert _failed(history) == {}
    assert _refusals(history) == refused


def test_four_eyes_pass_and_are_checked(tmp_path: Path) -> None:
    strict = replace(WORLD.policy, four_eyes_from=0)
    history = small_history(tmp_path, ("is one", "says it twice"), [strict])
    reference = Reference(history.run.world)
    reference.policy = strict
    recorded = history.evidence().recorded
    check = reviews.asked_and_heard(recorded, reference)
    assert check.passed, check.detail
    assert join.joined_exactly(recorded).passed
    assert "2 duplicate, 1 same_reviewer, 4 taken" in check.detail
    assert _refusals(history) == ["same_reviewer"]
    reference.policy = WORLD.policy
    assert "REVIEW, APPROVED is right" in reviews.asked_and_heard(recorded, reference).detail


def test_reviews_that_have_expired_are_settled_once_and_release(tmp_path: Path) -> None:
    history = small_history(tmp_path, ("is silent", "is silent"), later_ms=31 * DAY)
    recorded, reference = history.evidence().recorded, Reference(history.run.world)
    ends = Counter(each.outcome for each in recorded.contents(InvoiceSettled))
    assert ends["EXPIRED"] == 2
    for check in (
        once.decided_once(recorded),
        once.told_once(recorded),
        inventory.inventory_replayed(recorded, reference),
        pricing.pricing_replayed(recorded, reference),
        saga.books_are_right(recorded, reference),
        reviews.asked_and_heard(recorded, reference),
    ):
        assert check.passed, f"{check.name}: {check.detail}"


def test_what_only_an_output_feels_is_measured_by_it_or_not_at_all(history: SmallHistory) -> None:
    record = defects.find(history, InvoiceEnriched)
    faults = tuple(
        Injected("kill_anywhere", f"{flow}-one", AT + 1_005, AT + 1_005)
        for flow in ("enrich", "fraud", "statistics")
    )
    planted = history.but(
        run=dataclasses.replace(history.run, faults=faults),
        later=(((record.topic, record.partition), record.offset, 15_000),),
    )
    enrich, fraud = felt(planted.evidence())
    assert (enrich.fault, enrich.last) == (faults[0], defects.VICTIM)
    assert enrich.seconds > 15 > fraud.seconds


def _refusals(history: SmallHistory) -> list[str]:
    letters = history.evidence().recorded.letters()
    return [(each.header(ERROR_REASON) or b"").decode() for each in letters]


def test_every_habit_comes() -> None:
    assert {habit_of(str(number)) for number in range(100)} == set(HABITS)
