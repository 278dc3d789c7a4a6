"""What is reserved is confirmed or given back, and never counted twice."""

from datetime import date

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from operators import inventory
from operators.decision import InvoiceSettled, Outcome
from operators.inventory.state import ATTEMPTS
from operators.judgement import Judgement
from operators.money import ONE, parse
from operators.reference import ReceiptLine, ReferenceGoodsReceipt, ReferencePurchaseOrder
from operators.result import InventoryDetails
from operators.time import DAY
from tests.unit.test_inventory import POLICY, Office, invoice, line, ordered


def settle(
    office: Office, outcome: Outcome, request_id: str = "R1", attempt: int = 1, at: int = 1
) -> None:
    inventory.settle(
        InvoiceSettled(
            request_id=request_id,
            attempt=attempt,
            invoice_id="I1",
            vendor_id="V1",
            outcome=outcome,
            settled_at=at,
        ),
        reservations=office.reservations,
        requests=office.requests,
    )


def booked(office: Office, order_line: str = "10") -> tuple[int, int]:
    """Reserved and confirmed, in whole units."""
    reserved, confirmed = (office.reservations.get("PO1") or inventory.OrderReservations()).on(
        order_line
    )
    return reserved // ONE, confirmed // ONE


def test_approved_confirms_rejected_gives_back_and_only_the_first_counts() -> None:
    office = Office()
    office.judge(invoice(line("4")), "R1")
    office.judge(invoice(line("5")), "R2")
    assert booked(office) == (9, 0)
    settle(office, "UNKNOWN", "R1")
    assert booked(office) == (9, 0)
    settle(office, "APPROVED", "R1")
    settle(office, "REJECTED", "R2")
    assert booked(office) == (0, 4)
    settle(office, "REJECTED", "R1")
    settle(office, "APPROVED", "R2")
    settle(office, "APPROVED", "R1")
    assert booked(office) == (0, 4)


def test_a_rejected_request_leaves_nothing_on_its_order() -> None:
    office = Office()
    office.judge(invoice(line("4")))
    settle(office, "REJECTED")
    assert not list(office.reservations.items())


@pytest.mark.parametrize("outcome", [None, "APPROVED", "REJECTED", "EXPIRED", "REPLACED"])
def test_a_repeated_upload_gets_the_first_answer_whatever_has_happened_since(
    outcome: Outcome | None,
) -> None:
    office = Office()
    short = office.judge(invoice(line("15")), "R1")
    if outcome is not None:
        settle(office, outcome, "R1")
    office.judge(invoice(line("9", order_line="20", price=parse("50"))), "R2")
    more = ReferenceGoodsReceipt(
        "GR9", "PO1", "V1", date(2026, 2, 1), (ReceiptLine("10", 90 * ONE),)
    )
    office.receipts["PO1"] = (*office.receipts["PO1"], more)
    before = (dict(office.reservations.items()), dict(office.requests.items()))
    assert office.judge(invoice(line("15")), "R1") == short
    assert office.judge(invoice(line("3")), "R1") == short
    assert (dict(office.reservations.items()), dict(office.requests.items())) == before


def test_a_refused_upload_repeated_after_the_goods_came_reserves_nothing() -> None:
    office = Office()
    refused = office.judge(invoice(line("3", order_line="40", price=parse("7"))))
    settle(office, "REJECTED")
    late = ReferenceGoodsReceipt(
        "GR9", "PO1", "V1", date(2026, 2, 1), (ReceiptLine("40", 9 * ONE),)
    )
    office.receipts["PO1"] = (*office.receipts["PO1"], late)
    assert office.judge(invoice(line("3", order_line="40", price=parse("7")))) == refused
    assert booked(office, "40") == (0, 0)


def test_a_later_attempt_takes_the_place_of_an_earlier_one() -> None:
    office = Office()
    office.judge(invoice(line("9")), attempt=1)
    assert office.judge(invoice(line("8")), attempt=2).status == "AVAILABLE"
    assert booked(office) == (8, 0)
    settle(office, "APPROVED", attempt=1)
    assert booked(office) == (8, 0)
    settle(office, "APPROVED", attempt=2)
    assert booked(office) == (0, 8)


def test_a_later_attempt_keeps_what_an_earlier_one_confirmed() -> None:
    office = Office()
    office.judge(invoice(line("9")), attempt=1)
    settle(office, "APPROVED", attempt=1)
    assert office.judge(invoice(line("9")), attempt=2).status == "LIMITED"
    assert booked(office) == (2, 9)


def test_a_later_attempt_may_name_another_order() -> None:
    office = Office()
    other = (ordered("10", "A-1", "Paper", "2.00", service=True),)
    office.orders["PO2"] = ReferencePurchaseOrder("PO2", "V1", "EUR", other)
    office.judge(invoice(line("9")), attempt=1)
    office.judge(invoice(line("9"), purchase_order="PO2"), attempt=2)
    assert [order for order, _ in office.reservations.items()] == ["PO2"]


def test_an_attempt_that_comes_after_a_later_one_asks_for_a_look_and_reserves_nothing() -> None:
    office = Office()
    office.judge(invoice(line("4")), attempt=2)
    stale = office.judge(invoice(line("4")), attempt=1)
    assert (stale.status, stale.violations[-1].rule_id) == ("LIMITED", "MF-PO-SUPERSEDED")
    assert stale.details.lines[0].reserved == 0
    settle(office, "APPROVED", attempt=1)
    assert booked(office) == (4, 0)


def test_a_settlement_that_comes_before_its_upload_waits_for_it() -> None:
    office = Office()
    settle(office, "APPROVED", "R1")
    settle(office, "REJECTED", "R1")
    settle(office, "REJECTED", "R2")
    assert office.judge(invoice(line("4")), "R1").status == "AVAILABLE"
    assert office.judge(invoice(line("5")), "R2").status == "AVAILABLE"
    assert booked(office) == (0, 4)


def test_an_approved_credit_note_gives_back_what_was_approved() -> None:
    office = Office()
    office.judge(invoice(line("9")), "R1")
    settle(office, "APPROVED", "R1")
    credit = office.judge(invoice(line("5"), type_code="381"), "R2")
    assert (credit.status, credit.details.lines[0].reserved) == ("AVAILABLE", 0)
    assert booked(office) == (0, 9)
    settle(office, "APPROVED", "R2")
    assert booked(office) == (0, 4)
    assert office.judge(invoice(line("7")), "R3").status == "AVAILABLE"


def test_two_credit_notes_cannot_give_back_more_than_was_approved() -> None:
    office = Office()
    office.judge(invoice(line("6")), "R1")
    settle(office, "APPROVED", "R1")
    for request in ("R2", "R3"):
        office.judge(invoice(line("5"), type_code="381"), request)
    for request in ("R2", "R3"):
        settle(office, "APPROVED", request)
    assert booked(office) == (0, 0)


def test_attempts_without_end_leave_bounded_state() -> None:
    office = Office()
    for attempt in range(1, 40):
        office.judge(invoice(line("4")), attempt=attempt)
        settle(office, "APPROVED", attempt=attempt + 100)
    known = office.requests.get("R1")
    assert known is not None
    assert len(known.claims) == ATTEMPTS
    assert booked(office) == (4, 0)
    settle(office, "REJECTED", attempt=39)
    assert booked(office) == (0, 0)


def test_settled_requests_are_forgotten_in_time_and_open_ones_never() -> None:
    office = Office()
    open_ones = [f"open-{number}" for number in range(300)]
    for request in open_ones:
        office.judge(invoice(line("0.001")), request)
    for number in range(3000):
        office.judge(invoice(line("0.001"), purchase_order=None), f"R{number}")
        settle(office, "APPROVED", f"R{number}", at=number * DAY // 100)
    assert all(office.requests.get(request) for request in open_ones)
    assert len(list(office.requests.items())) < 300 + 100 + 500
    assert office.requests.get("R2900")


ENDS: dict[Outcome, str] = {
    "APPROVED": "confirmed",
    "REJECTED": "released",
    "EXPIRED": "released",
    "REPLACED": "released",
}
"""What becomes of a reservation."""
REQUESTS = st.sampled_from(["R1", "R2", "R3", "R4"])
ATTEMPT = st.sampled_from([1, 1, 2, 3])


class Saga(RuleBasedStateMachine):
    """Uploads, settlements and receipts in any order, any number of times."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.office.receipts = {}
        self.office.orders = {
            name: ReferencePurchaseOrder(
                name, "V1", "EUR", tuple(ordered(no, None, no, "2.00") for no in ("10", "20"))
            )
            for name in ("PO1", "PO2")
        }
        self.received: dict[tuple[str, str], int] = {}
        self.receive("PO1", "10", 10)
        self.answers: dict[tuple[str, int], Judgement[InventoryDetails]] = {}
        self.states: dict[tuple[str, int], str] = {}
        self.settled: dict[tuple[str, int], Outcome] = {}
        self.credits: set[tuple[str, int]] = set()
        self.given_back: dict[tuple[str, str], int] = {}
        """Of each order line, what approved credit notes gave back of what was confirmed then."""

    @rule(
        order=st.sampled_from(["PO1", "PO2"]),
        order_line=st.sampled_from(["10", "20"]),
        quantity=st.integers(1, 3),
    )
    def arrive(self, order: str, order_line: str, quantity: int) -> None:
        self.receive(order, order_line, quantity)

    def receive(self, order: str, order_line: str, quantity: int) -> None:
        known = self.office.receipts.get(order, ())
        new = ReferenceGoodsReceipt(
            f"GR{len(known)}",
            order,
            "V1",
            date(2026, 1, 1),
            (ReceiptLine(order_line, quantity * ONE),),
        )
        self.office.receipts[order] = (*known, new)
        key = (order, order_line)
        self.received[key] = self.received.get(key, 0) + quantity * ONE

    @rule(
        request=REQUESTS,
        attempt=ATTEMPT,
        order=st.sampled_from(["PO1", "PO1", "PO1", "PO2", "PO3", None]),
        lines=st.lists(
            st.tuples(st.sampled_from(["10", "10", "20", "99"]), st.integers(-2, 9)),
            min_size=1,
            max_size=3,
        ),
        credit=st.sampled_from([False, False, False, True]),
    )
    def upload(
        self,
        request: str,
        attempt: int,
        order: str | None,
        lines: list[tuple[str, int]],
        credit: bool = False,
    ) -> None:
        billed = [line(str(quantity), order_line=no) for no, quantity in lines]
        type_code = "381" if credit else "380"
        judged = invoice(*billed, purchase_order=order, type_code=type_code)
        answer = self.office.judge(judged, request, attempt)
        key = (request, attempt)
        if key in self.answers:
            assert answer == self.answers[key]
            return
        self.answers[key] = answer
        if credit:
            self.credits.add(key)
            assert all(match.reserved == 0 for match in answer.details.lines)
        if any(other == request and no > attempt for other, no in self.states):
            assert all(match.reserved == 0 for match in answer.details.lines)
            self.states[key] = "released"
            return
        for other in self.states:
            if other[0] == request and self.states[other] == "reserved":
                self.states[other] = "released"
        self.states[key] = "reserved"
        if key in self.settled:
            self.become(key, self.settled[key])

    @rule(request=REQUESTS, attempt=ATTEMPT, outcome=st.sampled_from(sorted(ENDS)))
    def settle(self, request: str, attempt: int, outcome: Outcome) -> None:
        settle(self.office, outcome, request, attempt)
        key = (request, attempt)
        self.settled.setdefault(key, outcome)
        if self.states.get(key) == "reserved":
            self.become(key, self.settled[key])

    def become(self, key: tuple[str, int], outcome: Outcome) -> None:
        """An open attempt is settled; a credit note gives back no more than is confirmed."""
        if outcome == "APPROVED" and key in self.credits:
            details = self.answers[key].details
            for match in details.lines:
                where = (details.purchase_order or "", match.order_line or "")
                confirmed = self.held().get(where, [0, 0])[1]
                back = min(abs(match.invoiced), match.available, confirmed)
                self.given_back[where] = self.given_back.get(where, 0) + back
        self.states[key] = ENDS[outcome]

    @rule(request=REQUESTS, quantity=st.integers(3, 9))
    def bill_and_approve(self, request: str, quantity: int) -> None:
        self.upload(request, 1, "PO1", [("10", quantity)])
        self.settle(request, 1, "APPROVED")

    @rule()
    def restart(self) -> None:
        """What is restored from the changelog is what was there."""
        for table in (self.office.reservations, self.office.requests):
            for key, value in list(table.items()):
                stored = msgspec.msgpack.encode(value)
                table.put(key, msgspec.msgpack.decode(stored, type=type(value)))  # type: ignore[arg-type]  # the type it came with

    @invariant()
    def never_more_than_was_received(self) -> None:
        for order, sums in self.office.reservations.items():
            for order_line, (reserved, confirmed) in sums.lines.items():
                received = self.received.get((order, order_line), 0)
                limit = received + received * POLICY.quantity_tolerance_percent // (100 * ONE)
                assert 0 < reserved + confirmed <= limit

    @invariant()
    def the_order_knows_exactly_what_its_requests_hold(self) -> None:
        assert {where: sums for where, sums in self.held().items() if any(sums)} == {
            (order, order_line): list(sums)
            for order, known in self.office.reservations.items()
            for order_line, sums in known.lines.items()
        }

    def held(self) -> dict[tuple[str, str], list[int]]:
        """Reserved and confirmed of each order line, by the answers and what became of them."""
        held: dict[tuple[str, str], list[int]] = {}
        for key, state in self.states.items():
            details = self.answers[key].details
            for match in details.lines:
                if match.reserved and state != "released":
                    assert details.purchase_order is not None
                    assert match.order_line is not None
                    sums = held.setdefault((details.purchase_order, match.order_line), [0, 0])
                    sums[state == "confirmed"] += match.reserved
        for where, back in self.given_back.items():
            held.setdefault(where, [0, 0])[1] -= back
        return held


Saga.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestSaga = Saga.TestCase
