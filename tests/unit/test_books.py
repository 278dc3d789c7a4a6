"""The audit of inventory's books finds each kind of defect, and nothing in books that are right."""

from collections.abc import Callable

import msgspec
import pytest

from operators.decision import InvoiceSettled, Outcome
from operators.money import ONE
from operators.result import InventoryResult
from tests.contract.generated_records import CONTRACTS
from tests.unit.saga_topics import APART, REQUESTS, RESERVATIONS, SagaTopics, policy


def ordinary() -> SagaTopics:
    """What happens every day."""
    topics = SagaTopics()
    topics.upload("R1", 4)
    topics.upload("R2", 5, 6)
    topics.commit()
    topics.settle("R1", "APPROVED")
    topics.settle("R2", "REJECTED")
    topics.upload("R1", 4)
    topics.commit()
    topics.upload("R2", 3, attempt=2)
    topics.settle("R2", "APPROVED", attempt=2)
    topics.settle("R3", "APPROVED")
    topics.commit()
    topics.upload("R3", 2)
    topics.upload("C1", 5, credit=True)
    topics.commit()
    topics.settle("C1", "APPROVED")
    topics.commit()
    topics.upload("R4", 9)
    topics.commit()
    return topics


def test_books_that_are_right_pass_and_are_counted() -> None:
    audited = ordinary().audited()
    assert audited.findings == ()
    assert (audited.orders, audited.order_lines, audited.requests) == (1, 1, 5)
    assert (audited.answers, audited.settlements, audited.commits) == (7, 5, 6)
    assert (audited.compacted, audited.unproven, audited.above) == (0, 0, 0)


@pytest.mark.parametrize("outcome", ["REJECTED", "EXPIRED", "REPLACED"])
def test_what_is_released_may_be_so_for_any_reason_but_approval(outcome: Outcome) -> None:
    topics = SagaTopics()
    topics.upload("R1", 4)
    topics.commit()
    topics.settle("R1", outcome)
    topics.commit()
    assert topics.audited().findings == ()


def twice(topics: SagaTopics) -> None:
    topics.upload("R9", 1)
    topics.commit()
    topics.upload("R9", 1)
    topics.book(1)
    topics.commit()


def twice_at_once(topics: SagaTopics) -> None:
    topics.upload("R9", 1)
    topics.book(1)
    topics.commit()


def released_and_counted(topics: SagaTopics) -> None:
    topics.settle("R4", "REJECTED")
    topics.book(7)
    topics.commit()


def confirmed_besides(topics: SagaTopics) -> None:
    topics.settle("R4", "APPROVED")
    topics.book(0, -1)
    topics.commit()


def settlement_overlooked(topics: SagaTopics) -> None:
    topics.settle("R4", "APPROVED", applied=False)
    topics.commit()


def over_the_limit(topics: SagaTopics) -> None:
    topics.policy = policy(50)
    topics.upload("R9", 3)
    topics.commit()


def over_the_limit_between_two_commits(topics: SagaTopics) -> None:
    """As much as it frees is reserved at once, though a correction has left less."""
    topics.receive("G1", 4)
    topics.commit()
    topics.settle("R4", "REJECTED")
    topics.policy = policy(200)
    topics.upload("R9", 7)
    topics.commit()


def credit_given_back_twice(topics: SagaTopics) -> None:
    topics.upload("C9", 1, credit=True)
    topics.settle("C9", "APPROVED")
    topics.book(0, -1)
    topics.commit()


def credit_of_more_than_was_confirmed(topics: SagaTopics) -> None:
    topics.upload("C9", 1, credit=True)
    known = topics.requests.get("C9")
    assert known is not None
    [line] = known.claims[0].lines
    topics.change("C9", lines=(msgspec.structs.replace(line, taken=9 * ONE),))
    topics.commit()


def credit_note_booked_as_an_invoice(topics: SagaTopics) -> None:
    topics.upload("C9", 1, credit=True)
    topics.change("C9", credit=False)
    topics.commit()


def approved_by_nobody(topics: SagaTopics) -> None:
    topics.change("R4", state="confirmed")
    topics.book(-7, 7)
    topics.commit()


def released_by_nobody(topics: SagaTopics) -> None:
    topics.change("R4", state="released")
    topics.book(-7)
    topics.commit()


def undone(topics: SagaTopics) -> None:
    topics.change("R1", state="released")
    topics.book(0, -4)
    topics.commit()


def two_attempts_counted(topics: SagaTopics) -> None:
    topics.upload("R4", 1, attempt=2)
    known = topics.requests.get("R4")
    assert known is not None
    first = msgspec.structs.replace(known.claims[0], state="reserved")
    topics.requests.put("R4", known.replaced(first))
    topics.book(7)
    topics.commit()


def other_than_answered(topics: SagaTopics) -> None:
    topics.upload("R9", 1)
    known = topics.requests.get("R9")
    assert known is not None
    [line] = known.claims[0].lines
    topics.change("R9", lines=(msgspec.structs.replace(line, taken=0),))
    topics.book(-1)
    topics.commit()


def answered_anew(topics: SagaTopics) -> None:
    result = topics.upload("R4", 9)
    [line] = result.details.lines
    lines = (msgspec.structs.replace(line, reserved=1),)
    topics.write(
        msgspec.structs.replace(
            result, details=msgspec.structs.replace(result.details, lines=lines)
        )
    )
    topics.commit()


def never_told(topics: SagaTopics) -> None:
    result = topics.upload("R9", 1)
    name = CONTRACTS.topic_of(type(result)).name
    topics.records.remove([each for each in topics.records if each.topic == name][-1])
    topics.commit()


def never_held(topics: SagaTopics) -> None:
    topics.upload("R9", 1)
    topics.requests.delete("R9")
    topics.book(-1)
    topics.commit()


def forgotten(topics: SagaTopics) -> None:
    topics.requests.delete("R4")
    topics.commit()


def table_left_behind(topics: SagaTopics) -> None:
    topics.upload("R9", 1)
    topics.commit()
    topics.records.remove([each for each in topics.records if each.topic == RESERVATIONS][-1])


Plant = Callable[[SagaTopics], None]
DEFECTS: dict[Plant, tuple[list[str], str]] = {
    twice: (["books_differ"], "the table says 9 reserved and 4 confirmed"),
    twice_at_once: (["books_differ"], "the requests hold 8 reserved and 4 confirmed"),
    released_and_counted: (["books_differ"], "the table stayed at 7 reserved"),
    confirmed_besides: (["books_differ"], "says 0 reserved and 10 confirmed"),
    settlement_overlooked: (["not_settled"], "R4 attempt 1 is reserved, and was settled APPROVED"),
    over_the_limit: (["over_limit"], "Order PO1 line 10: 14 reserved and confirmed"),
    over_the_limit_between_two_commits: (["over_limit"], "11 reserved and confirmed, of 6.6 "),
    credit_given_back_twice: (["books_differ"], "says 7 reserved and 2 confirmed"),
    credit_of_more_than_was_confirmed: (["booked_otherwise"], "more than was confirmed"),
    credit_note_booked_as_an_invoice: (
        ["credit_reserves", "booked_otherwise"],
        "C9 attempt 1 is a credit note",
    ),
    approved_by_nobody: (["unfounded"], "R4 attempt 1 is confirmed, and was never settled"),
    released_by_nobody: (["unfounded"], "R4 attempt 1 is released, and was never settled"),
    undone: (["final_changed", "unfounded"], "R1 attempt 1 was confirmed, and is released"),
    two_attempts_counted: (["still_counted"], "R4 attempt 1 is reserved, and attempt 2"),
    other_than_answered: (
        ["booked_otherwise", "books_differ"],
        "R9 attempt 1 holds 0 of order PO1, and was answered 1",
    ),
    answered_anew: (["answered_twice"], "R4 attempt 1 was answered twice"),
    never_told: (["never_answered"], "R9 attempt 1 holds something"),
    never_held: (["not_booked"], "R9 attempt 1 was answered, and holds nothing"),
    forgotten: (["lost"], "R4 attempt 1 was forgotten while reserved"),
    table_left_behind: (["books_differ"], "the requests hold 8 reserved"),
}


@pytest.mark.parametrize("plant", DEFECTS, ids=lambda plant: plant.__name__)
def test_a_defect_is_found_and_said_with_its_numbers(plant: Plant) -> None:
    kinds, told = DEFECTS[plant]
    topics = ordinary()
    topics.receive("G2", 2)
    topics.commit()
    plant(topics)
    findings = topics.audited().findings
    assert sorted({each.kind for each in findings}) == sorted(kinds)
    assert any(told in each.message for each in findings), findings
    assert all(each.sources for each in findings if each.kind not in ("unfounded", "still_counted"))
    assert all(each.purchase_order == "PO1" for each in findings)


def test_a_receipt_corrected_downwards_leaves_a_sum_above_that_is_no_defect() -> None:
    topics = ordinary()
    topics.receive("G1", 4)
    topics.commit()
    topics.upload("R9", 1)
    topics.settle("R4", "APPROVED")
    topics.commit()
    audited = topics.audited()
    assert (audited.findings, audited.above) == ((), 1)


def test_what_is_billed_before_its_goods_have_come_is_a_defect_though_they_come_later() -> None:
    topics = ordinary()
    topics.policy = policy(50)
    topics.upload("R9", 3)
    topics.commit()
    topics.receive("G2", 100)
    assert topics.found() == ["over_limit"]


def test_a_receipt_that_comes_with_the_epoch_counts() -> None:
    topics = ordinary()
    topics.receive("G2", 3)
    topics.upload("R9", 3)
    topics.at -= APART // 100
    topics.commit()
    assert topics.found() == []


def test_where_earlier_receipts_were_compacted_away_nothing_is_claimed() -> None:
    topics = ordinary()
    topics.receive("G1", 4)
    topics.compact(CONTRACTS.topic_of(next(iter(topics.receipts["PO1"].values())).__class__).name)
    audited = topics.audited()
    assert audited.findings == ()
    assert audited.unproven > 0


def test_compacted_changelogs_still_show_what_is_reserved() -> None:
    topics = ordinary()
    topics.upload("R9", 1)
    topics.commit()
    topics.compact(RESERVATIONS)
    assert topics.found() == []
    first = next(each for each in topics.records if each.topic == REQUESTS)
    topics.records.remove(first)
    audited = topics.audited()
    assert (audited.findings, audited.compacted) == ((), 1)
    topics.book(-1)
    topics.commit()
    assert topics.found() == ["books_differ"]


def test_what_is_lost_with_time_is_not_missed() -> None:
    topics = ordinary()
    gone = (InventoryResult, InvoiceSettled)
    names = {CONTRACTS.topic_of(each).name for each in gone}
    topics.records = [each for each in topics.records if each.topic not in names]
    assert topics.audited(expired=gone).findings == ()
    assert topics.audited().findings != ()


def test_what_inventory_has_not_read_yet_is_not_missed() -> None:
    topics = ordinary()
    topics.receive("G2", 2)
    topics.settle("R4", "APPROVED", applied=False)
    result = topics.upload("R9", 1)
    settled = CONTRACTS.topic_of(InvoiceSettled).name
    ahead = max(each.offset for each in topics.records if each.topic == settled)
    late = {(settled, ahead), (result.source.topic, result.source.offset)}
    audited = topics.audited(lambda source: (source.topic, source.offset) not in late)
    assert audited.findings == ()
    assert {each.kind for each in topics.audited().findings} == {"not_settled", "not_booked"}


def test_a_transaction_of_which_only_half_was_there_when_reading_began_is_not_missed() -> None:
    topics = ordinary()
    topics.receive("G2", 2)
    end = max(each.offset for each in topics.records if each.topic == REQUESTS) + 1
    topics.upload("R9", 1)
    topics.commit()
    topics.records.remove([each for each in topics.records if each.topic == RESERVATIONS][-1])
    assert topics.audited(settled=lambda source: source.offset < end).findings == ()
    assert topics.found() == ["books_differ"]


def test_a_request_that_is_forgotten_in_time_may_be_booked_anew() -> None:
    topics = ordinary()
    topics.requests.delete("R1")
    topics.commit()
    topics.upload("R1", 1)
    topics.receive("G2", 20)
    topics.commit()
    topics.settle("R1", "APPROVED")
    topics.commit()
    assert topics.found() == []


def test_what_a_compacted_table_said_on_the_way_to_its_last_word_is_not_missed() -> None:
    topics = SagaTopics()
    topics.receive("G1", 20)
    topics.upload("R1", 3)
    topics.commit()
    for request in ("R2", "R3"):
        topics.upload(request, 2)
        topics.commit()
        topics.settle(request, "REJECTED")
        topics.commit()
    topics.compact(RESERVATIONS)
    assert topics.found() == []
    topics.settle("R1", "REJECTED")
    topics.commit()
    topics.compact(RESERVATIONS)
    assert topics.found() == []
    topics.settle("R4", "APPROVED")
    topics.upload("R4", 1)
    topics.commit()
    topics.records.remove([each for each in topics.records if each.topic == RESERVATIONS][-1])
    assert topics.found() == ["books_differ"]
