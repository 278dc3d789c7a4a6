"""When invoices of one or two days are taken for parts of one that needs a second approval."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from tests.unit.test_fraud import Office, invoice, signals

STEADY = ["2000", "1900", "2050", "2100"]
VARIED = ["1000", "2000", "4200", "1500", "2200", "800", "3900", "2000"]


class Vendor:
    """A vendor of the office that bills day after day."""

    def __init__(self) -> None:
        self._office = Office()
        self._sent = 0

    def bills(self, day: int, *amounts: str) -> list[list[str]]:
        """What is seen in the invoices of a day, in their order."""
        return [self._bills(day, amount) for amount in amounts]

    def billed(self, days: int, amounts: Sequence[str]) -> "Vendor":
        """One invoice every other day."""
        for day in range(days):
            self.bills(2 * day, amounts[day % len(amounts)])
        return self

    def _bills(self, day: int, amount: str) -> list[str]:
        self._sent += 1
        issued = date(2024, 1, 1) + timedelta(days=day)
        judged = replace(invoice(f"{self._sent}X{self._sent}", amount), issue_date=issued)
        found = signals(self._office.judge(judged, f"request-{self._sent}"))
        return [each for each in found if each == "split_invoices"]


SPLIT, NOTHING = ["split_invoices"], list[str]()


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (["5100", "5200"], True),
        (["4100", "4200", "4300"], True),
        (["6100", "2050", "4200"], True),
        (["5100", "4800"], False),
        (["3000", "3000", "3000", "3000"], False),
        (["1900", "1900", "1900", "1900", "1900", "1900"], False),
        (["9000", "10000"], False),
    ],
)
def test_large_invoices_of_one_day_that_come_to_the_limit_are_split(
    parts: list[str], found: bool
) -> None:
    answers = Vendor().billed(10, STEADY).bills(100, *parts)
    assert answers == [NOTHING] * (len(parts) - 1) + [SPLIT if found else NOTHING]


def test_parts_of_two_days_are_found_and_of_three_are_not() -> None:
    vendor = Vendor().billed(10, STEADY)
    assert vendor.bills(100, "5100") + vendor.bills(101, "5200") == [NOTHING, SPLIT]
    vendor = Vendor().billed(10, STEADY)
    assert vendor.bills(100, "5100") + vendor.bills(102, "5200") == [NOTHING, NOTHING]


def test_what_is_large_depends_on_how_much_the_vendors_amounts_vary() -> None:
    parts = ["3500", "3600", "3700"]
    assert Vendor().billed(24, STEADY).bills(100, *parts)[-1] == SPLIT
    assert Vendor().billed(24, VARIED).bills(100, *parts)[-1] == NOTHING


def test_parts_are_found_in_the_batch_of_a_vendor_that_sends_what_a_month_brings_at_once() -> None:
    vendor = Vendor()
    for month in range(6):
        vendor.bills(30 * month, *STEADY * 4)
    assert vendor.bills(180, *STEADY * 2, "5600", *STEADY, "5700")[-1] == SPLIT


def test_large_invoices_of_a_batch_are_no_split_when_every_batch_brings_some() -> None:
    vendor = Vendor()
    for month in range(6):
        vendor.bills(30 * month, *STEADY * 3, "5300")
    assert vendor.bills(180, *STEADY * 3, "5600", "5700")[-1] == NOTHING


@pytest.mark.parametrize(("before", "found"), [("5100", False), ("2000", True)])
def test_what_was_billed_a_hundred_invoices_ago_is_no_split_now(before: str, found: bool) -> None:
    vendor = Vendor()
    vendor.bills(-5, before, before)
    answers = vendor.billed(100, STEADY).bills(300, "5200", "5300")
    assert answers == [NOTHING, SPLIT if found else NOTHING]


def test_a_vendor_that_bills_as_much_on_other_days_splits_nothing() -> None:
    vendor = Vendor()
    for day in range(10):
        vendor.bills(2 * day, "5100", "5100")
    assert vendor.bills(25, "5200", "5300") == [NOTHING, NOTHING]


def test_a_vendor_that_has_billed_on_one_day_only_is_not_known_well_enough() -> None:
    vendor = Vendor()
    vendor.bills(0, *STEADY * 4)
    assert vendor.bills(30, "5200", "5300") == [NOTHING, NOTHING]
