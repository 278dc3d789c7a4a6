"""Which signals an invoice sets off, and what they add up to."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from operators import fraud
from operators.invoice import Account, Invoice, Party, Payment, Totals
from operators.judgement import Judgement
from operators.money import Amount, parse
from operators.reference import ReferenceExchangeRate, ReferenceVendor
from operators.result import FraudDetails
from operators.table import MemoryTable
from tests.unit.any_invoice import INVOICES
from tests.unit.test_inventory import POLICY

OWN = "DE02 1203 0000 0000 2020 51"
OTHER = "DE02500105170137075030"
THIRD = "DE89370400440532013000"
ABROAD = "FR7630006000011234567890189"
UPLOADED = 1_767_225_600_000
"""2026-01-01."""
MINUTE, DAY = 60_000, 86_400_000


def invoice(
    number: str | None = "RE-1",
    amount: str | Amount | None = "100",
    iban: str | None = OWN,
    day: int | None = 5,
    **changed: Any,
) -> Invoice:
    payable = parse(amount) if isinstance(amount, str) else amount
    known: dict[str, Any] = {"type_code": "380", "currency": "EUR"}
    return Invoice(
        number=number,
        issue_date=date(2026, 1, day) if day else None,
        seller=Party(),
        buyer=Party(),
        payments=(Payment("58", Account(iban)),),
        totals=Totals(payable=payable),
        **{**known, **changed},
    )


class Office:
    """The branch with its tables, as one partition has them."""

    def __init__(self) -> None:
        self.vendors = {
            "V1": ReferenceVendor("V1", "Vendor", ibans=(OWN.replace(" ", ""),)),
            "BLOCKED": ReferenceVendor("BLOCKED", "Vendor", ibans=(OWN,), active=False),
            "NO-ACCOUNTS": ReferenceVendor("NO-ACCOUNTS", "Vendor"),
        }
        self.rates = {"USD": ReferenceExchangeRate("USD", parse("0.9"), date(2026, 1, 1))}
        self.profiles = MemoryTable[fraud.VendorProfile]()
        self.seen = MemoryTable[fraud.SealedPage]()

    def judge(
        self,
        judged: Invoice,
        request_id: str = "R1",
        attempt: int = 1,
        vendor_id: str = "V1",
        uploaded_at: int = UPLOADED,
    ) -> Judgement[FraudDetails]:
        return fraud.judge(
            request_id,
            attempt,
            vendor_id,
            judged,
            uploaded_at,
            vendors=self.vendors,
            owners=fraud.by_account(self.vendors.values()),
            rates=self.rates,
            policy=POLICY,
            profiles=self.profiles,
            seen=self.seen,
        )

    def with_history(self, *amounts: str) -> "Office":
        for position, amount in enumerate(amounts):
            self.judge(invoice(f"OLD-{position}-X", amount, day=1 + position), f"old-{position}")
        return self


def signals(judgement: Judgement[FraudDetails]) -> list[str]:
    return [found.signal for found in judgement.details.evidence]


def test_an_ordinary_invoice_passes_with_nothing_to_say() -> None:
    answer = Office().with_history("90", "100", "110", "95", "105").judge(invoice())
    assert (answer.status, answer.details.score, answer.details.evidence) == ("PASS", 0, ())
    assert answer.violations == ()


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("RE-2026-01", True),
        ("re 2026/01", True),
        ("RE-2026-02", False),
        (None, False),
        ("", False),
    ],
)
def test_a_number_seen_under_another_request_fails(number: str | None, found: bool) -> None:
    office = Office()
    office.judge(invoice("RE-2026-01", "1"), "R1")
    answer = office.judge(invoice(number, "2"), "R2")
    assert (answer.status, signals(answer)) == (("FAIL", ["duplicate"]) if found else ("PASS", []))
    if found:
        assert answer.details.evidence[0].explanation == (
            f"Invoice number {number} was uploaded before, on 2026-01-01 as request R1."
        )
        assert [(v.rule_id, v.severity, v.field) for v in answer.violations] == [
            ("MF-FRAUD-DUPLICATE", "ERROR", "number")
        ]


def test_the_same_number_from_another_vendor_or_on_a_credit_note_is_none_of_that() -> None:
    office = Office()
    office.judge(invoice(), "R1")
    assert signals(office.judge(invoice(type_code="381"), "R2")) == []
    assert signals(office.judge(invoice(iban=THIRD), "R3", vendor_id="NO-ACCOUNTS")) == []


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"number": "RE-1O01"}, True),
        ({"number": "RE-1001A"}, True),
        ({"number": "RE-1010"}, True),
        ({"number": "RE-101"}, True),
        ({"number": "RE-1002"}, False),
        ({"number": "RE-2077"}, False),
        ({"number": "RE-1001A", "amount": "100.01"}, False),
        ({"number": "RE-1001A", "day": 6}, False),
        ({"number": "RE-1001A", "day": None}, False),
        ({"number": "RE-1001A", "amount": None}, False),
        ({"number": "RE-1001A", "currency": "USD"}, False),
    ],
)
def test_same_amount_and_date_with_a_similar_number_warns(
    changed: dict[str, Any], found: bool
) -> None:
    office = Office()
    office.judge(invoice("RE-1001"), "R1")
    answer = office.judge(invoice(**changed), "R2")
    assert (answer.status, signals(answer)) == (
        ("WARNING", ["near_duplicate"]) if found else ("PASS", [])
    )


@pytest.mark.parametrize(
    ("amount", "history", "found"),
    [
        ("401", ["100"] * 8, True),
        ("400", ["100"] * 8, False),
        ("401", ["100"] * 7, False),
        ("401", [*["1"] * 3, *["1000"] * 5], False),
        ("401", [*["100"] * 7, "100.50", "350"], True),
        ("401", [*["100"] * 7, "100.60", "350"], False),
        ("401", [*["100"] * 8, "350"], True),
        ("-401", ["100"] * 8, False),
    ],
)
def test_a_multiple_of_the_usual_amount_warns(amount: str, history: list[str], found: bool) -> None:
    answer = Office().with_history(*history).judge(invoice(amount=amount))
    assert signals(answer) == (["unusual_amount"] if found else [])
    if found:
        assert answer.details.evidence[0].explanation == (
            "401.00 EUR is 4 times this vendor's usual 100.00 EUR."
        )


def test_amounts_are_compared_in_base_currency_and_credit_notes_not_at_all() -> None:
    office = Office().with_history(*["100"] * 8)
    assert signals(office.judge(invoice("A-1", "440", currency="USD"), "R1")) == []
    assert signals(office.judge(invoice("B-2", "450", currency="USD"), "R2")) == ["unusual_amount"]
    assert signals(office.judge(invoice("C-3", "9000", type_code="381"), "R3")) == []


def test_a_missing_rate_is_said_and_costs_nothing() -> None:
    answer = Office().judge(invoice(amount="9900", currency="XOF"))
    assert (answer.status, answer.details.score, signals(answer)) == (
        "PASS",
        0,
        ["no_exchange_rate"],
    )
    assert [(v.rule_id, v.severity) for v in answer.violations] == [("MF-FRAUD-RATE", "INFO")]


@pytest.mark.parametrize(
    ("amount", "history", "found"),
    [
        ("9499.99", [], []),
        ("9500", [], ["just_below_limit"]),
        ("9999.99", [], ["just_below_limit"]),
        ("10000", ["1"], []),
        ("9500", ["5900", *["3000"] * 7, "8000"], ["just_below_limit"]),
        ("9500", ["6000", *["3000"] * 7, "8000"], []),
        ("9500", ["5900", *["3000"] * 4], ["just_below_limit"]),
        ("9500", ["6000", *["3000"] * 4], []),
        ("9500", ["6000", "3000"], ["just_below_limit"]),
    ],
)
def test_an_amount_just_below_the_approval_limit_warns_unless_it_is_usual(
    amount: str, history: list[str], found: list[str]
) -> None:
    answer = Office().with_history(*history).judge(invoice(amount=amount))
    assert (answer.status, signals(answer)) == ("WARNING" if found else "PASS", found)


def test_an_account_that_is_not_in_the_master_data_warns_without_naming_it() -> None:
    answer = Office().judge(invoice(iban=OTHER))
    assert (answer.status, signals(answer)) == ("WARNING", ["account_changed"])
    said = answer.details.evidence[0].explanation
    assert said == "The bank account ending in 5030 is not in the vendor's master data."
    assert OTHER not in str(answer)


@pytest.mark.parametrize("iban", [OWN, OWN.lower().replace(" ", ""), None, ""])
def test_the_account_of_the_master_data_is_right_however_it_is_written(iban: str | None) -> None:
    assert signals(Office().judge(invoice(iban=iban))) == []


def test_without_master_data_an_account_is_new_until_three_requests_have_used_it() -> None:
    office = Office()
    used = [THIRD, THIRD, OTHER, OTHER, OTHER, OTHER, THIRD]
    found = [
        signals(office.judge(invoice(f"N{index}{index}{index}", str(index), iban), f"R{index}",
                             vendor_id="NO-ACCOUNTS"))
        for index, iban in enumerate(used)
    ]  # fmt: skip
    assert found == [[], [], *[["account_changed"]] * 3, [], []]


def test_an_account_corrected_by_a_later_attempt_is_not_held_against_it() -> None:
    office = Office()
    office.judge(invoice(iban=OTHER), "R1", 1, "NO-ACCOUNTS")
    assert signals(office.judge(invoice(iban=THIRD), "R1", 2, "NO-ACCOUNTS")) == []
    assert signals(office.judge(invoice("N-2", iban=THIRD), "R2", 1, "NO-ACCOUNTS")) == []


def test_no_account_number_is_kept() -> None:
    office = Office()
    for index, iban in enumerate((OWN, OTHER)):
        office.judge(invoice(f"N-{index}", iban=iban), f"R{index}", vendor_id="NO-ACCOUNTS")
    stored = msgspec.msgpack.encode(office.profiles.get("NO-ACCOUNTS"))
    assert OTHER.encode() not in stored
    assert OWN.replace(" ", "").encode() not in stored


def test_unknown_vendors_warn_and_blocked_ones_fail() -> None:
    office = Office()
    unknown = office.judge(invoice(iban=THIRD), vendor_id="NOBODY")
    blocked = office.judge(invoice(), vendor_id="BLOCKED")
    assert (unknown.status, signals(unknown)) == ("WARNING", ["unknown_vendor"])
    assert (blocked.status, signals(blocked)) == ("FAIL", ["inactive_vendor"])


def test_signals_add_up_to_a_hundred_strongest_first() -> None:
    office = Office().with_history(*["100"] * 8)
    office.judge(invoice("RE-77", "7"), "R0")
    answer = office.judge(invoice("RE-77", "9800", OTHER), "R1")
    assert [(found.signal, found.points) for found in answer.details.evidence] == [
        ("duplicate", 80),
        ("account_changed", 50),
        ("unusual_amount", 45),
        ("just_below_limit", 0),
    ]
    assert (answer.status, answer.details.score) == ("FAIL", 100)
    assert [v.severity for v in answer.violations] == ["ERROR", "WARNING", "WARNING", "INFO"]


def test_an_account_that_the_master_data_gives_another_vendor_says_whose_it_is() -> None:
    answer = Office().judge(invoice(iban=OWN), vendor_id="NO-ACCOUNTS")
    assert signals(answer) == ["account_shared"]
    assert answer.details.evidence[0].explanation == (
        "The bank account ending in 2051 is that of vendor V1."
    )


def test_a_new_account_in_another_country_than_the_vendor_counts_more() -> None:
    office = Office()
    office.vendors["V1"] = replace(office.vendors["V1"], country="DE")
    assert signals(office.judge(invoice(iban=OTHER), "R1")) == ["account_changed"]
    assert signals(office.judge(invoice("A-2", "9", ABROAD), "R2")) == [
        "account_changed",
        "account_abroad",
    ]


@pytest.mark.parametrize(("amount", "found"), [("9999.99", False), ("10000", True)])
def test_a_first_invoice_that_needs_a_second_approval_warns(amount: str, found: bool) -> None:
    office = Office()
    first = signals(office.judge(invoice(amount=amount)))
    assert ("large_first_invoice" in first) is found
    assert "large_first_invoice" not in signals(office.judge(invoice("A-9", amount), "R2"))


def times(count: int, gap: int) -> list[int]:
    return [UPLOADED + position * gap for position in range(count)]


@pytest.mark.parametrize(
    ("earlier", "found"),
    [
        (times(20, DAY), True),
        (times(8, DAY), False),
        (times(20, MINUTE), False),
        ([at + part for at in times(10, 30 * DAY) for part in (0, MINUTE)], False),
    ],
)
def test_many_at_once_are_a_burst_unless_the_vendor_always_sends_so(
    earlier: list[int], found: bool
) -> None:
    office = Office()
    for position, at in enumerate(earlier):
        office.judge(invoice(f"{position}Z", str(100 + position)), f"old-{position}", 1, "V1", at)
    began = earlier[-1] + 30 * DAY
    answers = [
        signals(
            office.judge(
                invoice(f"{part}Y", str(90 + part)), f"new-{part}", 1, "V1", began + part * MINUTE
            )
        )
        for part in range(6)
    ]
    assert [each for answer in answers[:5] for each in answer] == []
    assert answers[5] == (["burst"] if found else [])


def test_a_second_burst_is_one_too() -> None:
    office = Office()
    found = []
    for year in (0, 400):
        for position in range(18):
            number, at = f"{year}{position:02}Z", (year + position * 9) * DAY
            office.judge(invoice(number, str(100 + position)), number, 1, "V1", at)
        for part in range(8):
            number, at = f"{year}{part}Y", (year + 170) * DAY + part * MINUTE
            answer = office.judge(invoice(number, str(90 + part)), number, 1, "V1", at)
            found.append("burst" in signals(answer))
    assert found == [*[False] * 5, *[True] * 3] * 2


def test_weak_signals_are_said_and_warn_together() -> None:
    office = Office()
    for position in range(12):
        # The first twelve working days of 2026, none of them a round sum.
        day = (1, 2, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16)[position]
        office.judge(invoice(f"RE-{2000 + position}", f"{101 + position}", day=day), f"o{position}")
    assert signals(office.judge(invoice("RE-1500", "107", day=19), "back")) == ["number_back"]
    assert signals(office.judge(invoice("RE-2100", "113", day=24), "saturday")) == ["weekend"]
    assert signals(office.judge(invoice("RE-2101", "200", day=20), "round")) == ["round_amount"]
    answer = office.judge(invoice("RE-1400", "300", day=26), "monday")
    assert (answer.status, signals(answer)) == ("WARNING", ["number_back", "round_amount"])


def test_an_invoice_judged_later_than_its_successors_is_no_number_that_goes_back() -> None:
    office = Office()
    for place in range(14):
        office.judge(
            invoice(f"RE-{2_000 + place}", f"{90 + place}.37", day=1 + place),
            f"old-{place}",
            uploaded_at=UPLOADED + (1 + place) * DAY,
        )
    late = office.judge(invoice("RE-1999", "99.13", day=15), "late", uploaded_at=UPLOADED)
    assert signals(late) == []
    back = office.judge(
        invoice("RE-1998", "98.13", day=15), "back", uploaded_at=UPLOADED + 20 * DAY
    )
    assert signals(back) == ["number_back"]


def test_what_was_suspicious_does_not_say_what_is_usual() -> None:
    office = Office().with_history(*["100"] * 8)
    assert signals(office.judge(invoice("H-1X1", "5000"), "first")) == ["unusual_amount"]
    assert signals(office.judge(invoice("H-2Y2", "5000", day=16), "again")) == ["unusual_amount"]


@settings(max_examples=100, deadline=None)
@given(judged=INVOICES, at=st.integers(-(2**63), 2**63 - 1), name=st.sampled_from(["V1", "", "é"]))
def test_no_invoice_is_too_broken_and_its_state_can_be_stored(
    judged: Invoice, at: int, name: str
) -> None:
    office = Office()
    for request in ("R1", "R2"):
        answer = office.judge(judged, request, vendor_id=name, uploaded_at=at)
        assert 0 <= answer.details.score <= 100
    profile = office.profiles.get(name)
    stored = msgspec.msgpack.encode(profile)
    assert msgspec.msgpack.decode(stored, type=fraud.VendorProfile) == profile
