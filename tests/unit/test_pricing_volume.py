"""Discounts for what is bought in a period: what counts, what is taken back, what is remembered."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from operators.decision import Outcome
from operators.invoice import AllowanceCharge, Invoice
from operators.money import ONE, Amount, parse, render
from operators.pricing.volume import ATTEMPTS, LATE_DAYS
from operators.reference import (
    DiscountPeriod,
    PeriodDiscount,
    ReferenceContract,
    ReferenceExchangeRate,
    VolumeMeasure,
    VolumeStep,
)
from operators.time import DAY
from tests.unit.purchasing import Purchasing
from tests.unit.test_pricing import CONTRACT, billed, seen
from tests.unit.validation_subject import line

STEPS = (VolumeStep(100 * ONE, 10 * ONE), VolumeStep(200 * ONE, 20 * ONE))


def contract(
    period: DiscountPeriod = "YEAR", measure: VolumeMeasure = "QUANTITY", **more: Any
) -> ReferenceContract:
    agreed = PeriodDiscount(period, measure, STEPS)
    return replace(CONTRACT, discounts=(), period_discount=agreed, **more)


def bought(quantity: int, net: str, **more: Any) -> Invoice:
    return billed(str(quantity), "10.00", net, **more)


def volumes(purchasing: Purchasing) -> dict[str, int]:
    return {key.rsplit("/", 1)[1]: int(v.total) // ONE for key, v in purchasing.volumes.items()}


def test_only_the_part_beyond_a_threshold_has_its_discount() -> None:
    purchasing = Purchasing(contract())
    assert purchasing.judge(bought(80, "800.00"), "R1").status == "MATCH"
    crossing = purchasing.judge(bought(40, "380.00"), "R2")

    # 20 at 10.00 up to the hundredth, 20 at 9.00 beyond it.
    assert crossing.status == "MATCH"
    (priced,) = crossing.details.lines
    assert (priced.expected_net, priced.period_discount) == (parse("380"), parse("5"))
    assert priced.volume == 80 * ONE
    assert purchasing.judge(bought(100, "880.00"), "R3").details.expected_net == parse("880")
    assert volumes(purchasing) == {"2025": 220}


def test_a_missed_period_discount_is_found_and_says_what_is_saved() -> None:
    purchasing = Purchasing(contract())
    purchasing.judge(bought(120, "1180.00"), "R1")
    judgement = purchasing.judge(bought(10, "100.00"), "R2")

    assert seen(judgement) == ("MISMATCH", [("MF-PRICE-PERIOD", "ERROR")])
    assert judgement.violations[0].message == (
        "line 1: 10 × 9.00 = 90.00 by contract K-1 less 10 % for 120 bought before in 2025, "
        "invoice says 100.00: 10.00 more"
    )
    (saving,) = judgement.details.savings
    assert (saving.kind, saving.amount, saving.line) == ("PERIOD_DISCOUNT", parse("10"), "1")
    assert judgement.details.savings_total == parse("10")
    assert [(each.line, each.rule_id) for each in judgement.details.flagged] == [
        ("1", "MF-PRICE-PERIOD")
    ]


def test_what_is_dearer_still_is_saved_on_the_price() -> None:
    purchasing = Purchasing(contract())
    purchasing.judge(bought(120, "1180.00"), "R1")
    judgement = purchasing.judge(bought(10, "110.00"), "R2")

    assert seen(judgement) == ("MISMATCH", [("MF-PRICE-OVER", "ERROR")])
    assert [(each.kind, each.amount) for each in judgement.details.savings] == [
        ("PERIOD_DISCOUNT", parse("10")),
        ("PRICE", parse("10")),
    ]


def test_an_allowance_on_the_document_may_give_it() -> None:
    purchasing = Purchasing(contract())
    purchasing.judge(bought(120, "1180.00"), "R1")
    given = AllowanceCharge(charge=False, amount=parse("10"), reason_code="105")
    invoice = replace(bought(10, "100.00"), allowances_charges=(given,))

    assert purchasing.judge(invoice, "R2").status == "MATCH"


def test_net_amounts_add_up_over_the_contracts_items() -> None:
    purchasing = Purchasing(contract(measure="NET"), contract(measure="NET", item_id="A-2"))
    invoice = bought(8, "80.00")
    other = line("2", "4", "9.50", "38.00")
    judgement = purchasing.judge(replace(invoice, lines=(*invoice.lines, other)))

    # 80.00 of the first line; of the second 20.00 up to 100.00, and 20.00 less 10 %.
    assert judgement.status == "MATCH"
    assert [render(each.expected_net or 0) for each in judgement.details.lines] == [
        "80.00",
        "38.00",
    ]
    assert volumes(purchasing) == {"2025": 120}


@pytest.mark.parametrize(
    ("period", "names"),
    [
        ("MONTH", ["2025-01", "2025-02", "2025-03"]),
        ("QUARTER", ["2025-Q1"]),
        ("YEAR", ["2025"]),
        ("CONTRACT", ["2025-01-01..2025-12-31"]),
        ("UNKNOWN", []),
    ],
)
def test_each_period_counts_by_itself(period: DiscountPeriod, names: list[str]) -> None:
    purchasing = Purchasing(contract(period))
    for month in (1, 2, 3):
        day = date(2025, month, 14)
        purchasing.judge(replace(bought(10, "100.00"), issue_date=day), f"R{month}")

    assert list(volumes(purchasing)) == names


def test_a_credit_note_subtracts_and_gives_back_at_the_price_that_was_paid() -> None:
    purchasing = Purchasing(contract())
    purchasing.judge(bought(110, "1090.00"), "R1")
    credit = replace(bought(20, "190.00"), type_code="381")

    # Ten had cost 9.00, ten 10.00.
    assert purchasing.judge(credit, "R2").status == "MATCH"
    assert volumes(purchasing) == {"2025": 90}


def test_what_is_rejected_was_not_bought() -> None:
    purchasing = Purchasing(contract())
    purchasing.judge(bought(120, "1180.00"), "R1")
    purchasing.settle("REJECTED", "R1")

    assert volumes(purchasing) == {}
    assert purchasing.judge(bought(10, "100.00"), "R2").status == "MATCH"


def test_the_same_attempt_again_gets_the_first_answer_and_counts_once() -> None:
    purchasing = Purchasing(contract())
    first = purchasing.judge(bought(95, "950.00"), "R1")
    purchasing.judge(bought(50, "450.00"), "R2")

    assert purchasing.judge(bought(95, "950.00"), "R1") == first
    assert purchasing.judge(bought(7, "70.00"), "R1") == first
    assert volumes(purchasing) == {"2025": 145}


def test_a_later_attempt_takes_the_place_of_the_earlier() -> None:
    purchasing = Purchasing(contract())
    purchasing.judge(bought(120, "1200.00"), "R1", 1)
    second = purchasing.judge(bought(120, "1180.00"), "R1", 2)

    assert second.status == "MATCH"
    assert volumes(purchasing) == {"2025": 120}
    purchasing.judge(billed("1", "1", "1", item_id="other"), "R1", 3)
    assert volumes(purchasing) == {}


def test_a_settlement_that_comes_first_waits_for_its_upload() -> None:
    purchasing = Purchasing(contract())
    purchasing.settle("REJECTED", "R1")
    purchasing.judge(bought(120, "1180.00"), "R1")

    assert volumes(purchasing) == {}


def test_contracts_without_such_a_discount_leave_no_trace() -> None:
    purchasing = Purchasing(CONTRACT)
    purchasing.judge(bought(10, "100.00"), "R1")
    purchasing.settle("REJECTED", "R1")
    purchasing.settle("APPROVED", "R2")

    assert (len(purchasing.volumes), len(purchasing.requests)) == (0, 0)


def test_a_period_long_past_or_not_begun_takes_no_invoices() -> None:
    purchasing = Purchasing(contract("MONTH"))
    invoice = bought(120, "1200.00")
    last = date(2025, 3, 31) + timedelta(days=LATE_DAYS)
    for today in (last + timedelta(days=1), date(2025, 2, 25)):
        judgement = purchasing.judge(invoice, f"R{today}", today=today)
        assert seen(judgement) == ("MATCH", [("MF-PRICE-PERIOD-CLOSED", "INFO")])
    assert volumes(purchasing) == {}
    purchasing.judge(invoice, "R1", today=last)
    assert volumes(purchasing) == {"2025-03": 120}


def test_old_periods_and_settled_requests_are_dropped_in_time() -> None:
    purchasing = Purchasing(contract("MONTH", valid_from=None, valid_to=None))
    day = date(2020, 1, 15)
    since = (day - date(1970, 1, 1)).days
    for number in range(3_000):
        at = day + timedelta(days=number)
        purchasing.judge(replace(bought(1, "10.00"), issue_date=at), f"R{number}", today=at)
        purchasing.settle("APPROVED", f"R{number}", at=(since + number) * DAY)

    assert len(purchasing.requests) < 400
    assert len(purchasing.volumes) < 20
    assert purchasing.requests.get("R2999")


def test_open_requests_are_never_forgotten() -> None:
    purchasing = Purchasing(contract())
    for number in range(300):
        purchasing.judge(bought(1, "10.00"), f"open-{number}")
    for number in range(2_000):
        purchasing.judge(bought(1, "10.00"), f"R{number}")
        purchasing.settle("APPROVED", f"R{number}", at=number * DAY // 100)

    assert all(purchasing.requests.get(f"open-{number}") for number in range(300))
    assert len(purchasing.requests) < 300 + 100 + 500


def test_attempts_without_end_leave_bounded_state() -> None:
    purchasing = Purchasing(contract())
    for attempt in range(1, 40):
        purchasing.judge(bought(4, "40.00"), "R1", attempt)
    known = purchasing.requests.get("R1")

    assert known is not None
    assert len(known.claims) == ATTEMPTS
    assert volumes(purchasing) == {"2025": 4}


def test_an_answer_for_want_of_a_rate_counts_nothing_and_is_given_anew() -> None:
    purchasing = Purchasing(contract(currency="USD"))
    assert purchasing.judge(bought(10, "92.00"), "R1").status == "UNKNOWN"
    assert volumes(purchasing) == {}
    purchasing.rates = {
        "USD/2025-03-14": ReferenceExchangeRate("USD", parse("0.92"), date(2025, 3, 14))
    }
    assert purchasing.judge(bought(10, "92.00"), "R1").status == "MATCH"
    assert volumes(purchasing) == {"2025": 10}


@given(st.lists(st.integers(1, 90), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_whole_costs_the_same_in_whatever_parts_and_order(cuts: list[int], rng: Any) -> None:
    """Also when it is given back: then nothing is left."""
    whole = Purchasing(contract()).judge(bought(sum(cuts), "1.00")).details.expected_net
    rng.shuffle(cuts)
    parts = Purchasing(contract())
    expected: list[Amount | None] = []
    for number, quantity in enumerate(cuts):
        judgement = parts.judge(bought(quantity, "1.00"), f"R{number}")
        expected.append(judgement.details.expected_net)
    assert sum(each or 0 for each in expected) == whole
    for number, quantity in enumerate(reversed(cuts)):
        credit = replace(bought(quantity, "1.00"), type_code="381")
        assert parts.judge(credit, f"C{number}").details.expected_net == expected[-1 - number]
    assert volumes(parts) == {}


REQUESTS = st.sampled_from(["R1", "R2", "R3"])
ATTEMPT = st.sampled_from([1, 1, 2, 3])
OUTCOMES: st.SearchStrategy[Outcome] = st.sampled_from(["APPROVED", "REJECTED"])


class Volumes(RuleBasedStateMachine):
    """Uploads and settlements in any order, any number of times."""

    def __init__(self) -> None:
        super().__init__()
        self.purchasing = Purchasing(contract(), contract("MONTH", item_id="A-2"))
        self.answers: dict[tuple[str, int], Any] = {}
        self.bills: dict[tuple[str, int], dict[str, int]] = {}
        self.settled: dict[tuple[str, int], Outcome] = {}

    @rule(
        request=REQUESTS,
        attempt=ATTEMPT,
        quantities=st.tuples(st.integers(-5, 200), st.integers(0, 200)),
        month=st.integers(1, 3),
        credit=st.booleans(),
    )
    def upload(
        self, request: str, attempt: int, quantities: tuple[int, int], month: int, credit: bool
    ) -> None:
        lines = tuple(
            line(str(no), str(quantity), "10", str(10 * quantity))
            for no, quantity in enumerate(quantities, 1)
        )
        invoice = replace(
            bought(1, "10"),
            lines=lines,
            issue_date=date(2025, month, 5),
            type_code="381" if credit else "380",
        )
        answer = self.purchasing.judge(invoice, request, attempt)
        key = (request, attempt)
        if key in self.answers:
            assert answer == self.answers[key]
            return
        self.answers[key] = answer
        sign = -1 if credit else 1
        self.bills[key] = {
            "2025": sign * quantities[0],
            f"2025-{month:02d}": sign * quantities[1],
        }

    @rule(request=REQUESTS, attempt=ATTEMPT, outcome=OUTCOMES)
    def settle(self, request: str, attempt: int, outcome: Outcome) -> None:
        self.purchasing.settle(outcome, request, attempt)
        self.settled.setdefault((request, attempt), outcome)

    @rule()
    def restart(self) -> None:
        """What is restored from the changelog is what was there."""
        for table in (self.purchasing.volumes, self.purchasing.requests):
            for key, value in list(table.items()):
                stored = msgspec.msgpack.encode(value)
                table.put(key, msgspec.msgpack.decode(stored, type=type(value)))  # type: ignore[arg-type]  # the type it came with

    @invariant()
    def a_volume_is_the_sum_of_the_attempts_that_count(self) -> None:
        sums: dict[str, int] = {}
        for request in ("R1", "R2", "R3"):
            for period, quantity in self.counting(request).items():
                sums[period] = sums.get(period, 0) + quantity
        assert {k: v for k, v in sums.items() if v} == volumes(self.purchasing)

    def counting(self, request: str) -> dict[str, int]:
        """What a request counts: its latest attempt unless rejected, else the last approved."""
        attempts = sorted((no for name, no in self.bills if name == request), reverse=True)
        for place, attempt in enumerate(attempts):
            outcome = self.settled.get((request, attempt))
            if outcome == "APPROVED" or (outcome is None and place == 0):
                return self.bills[request, attempt]
        return {}


Volumes.TestCase.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
TestVolumes = Volumes.TestCase
