"""What is remembered of a vendor: enough, never too much, and each request once."""

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from operators.fraud import SealedPage, VendorProfile
from operators.fraud.profile import ACCOUNTS, EARLIER, PAGE, PAGES
from operators.judgement import Judgement
from operators.result import FraudDetails
from tests.unit.test_fraud import Office, invoice, signals


def content(office: Office) -> tuple[dict[str, VendorProfile], dict[str, SealedPage]]:
    return dict(office.profiles.items()), dict(office.seen.items())


def busy(count: int) -> Office:
    office = Office()
    for index in range(count):
        office.judge(invoice(f"N-{index:04}", str(100 + index)), f"R{index}")
    return office


def test_a_number_is_remembered_for_two_hundred_invoices() -> None:
    office = busy(500)
    assert "duplicate" in signals(office.judge(invoice("N-0310", "1"), "X1"))
    assert "duplicate" not in signals(office.judge(invoice("N-0100", "2"), "X2"))


def test_a_vendor_takes_bounded_room_and_an_invoice_writes_little() -> None:
    office = busy(1000)
    assert len(list(office.seen.items())) == PAGES
    profile = office.profiles.get("V1")
    assert profile is not None
    assert len(profile.recent) < PAGE
    assert len(msgspec.msgpack.encode(profile)) < 1200


def test_accounts_without_end_leave_bounded_state_and_the_first_stays_known() -> None:
    office = Office()
    for index in range(40):
        judged = invoice(f"N-{index:04}", str(index), f"ACCOUNT{index}")
        office.judge(judged, f"R{index}", vendor_id="NO-ACCOUNTS")
    profile = office.profiles.get("NO-ACCOUNTS")
    assert profile is not None
    assert len(profile.accounts) == ACCOUNTS
    first = invoice("N-9999", "99", "ACCOUNT0")
    assert signals(office.judge(first, "R99", vendor_id="NO-ACCOUNTS")) == []


def test_the_same_attempt_gets_the_first_answer_and_leaves_no_trace() -> None:
    for later in (0, 5, 40):
        office = Office()
        first = office.judge(invoice("N-1", "9800"), "R1")
        for index in range(later):
            office.judge(invoice("N-1", str(index + 1)), f"X{index}")
        before = content(office)
        assert office.judge(invoice("N-1", "9800"), "R1") == first
        assert office.judge(invoice("OTHER", "1"), "R1") == first
        assert content(office) == before


def test_a_later_attempt_takes_the_place_of_an_earlier_one() -> None:
    for later in (0, 5, 40):
        office = Office()
        first = office.judge(invoice("WRONG-1", "9800"), "R1", 1)
        for index in range(later):
            office.judge(invoice(f"N-{index}-Z", str(40 + index)), f"X{index}")
        assert signals(office.judge(invoice("RIGHT-2", "50.5"), "R1", 2)) == []
        assert signals(office.judge(invoice("WRONG-1", "8"), "Y1")) == []
        assert signals(office.judge(invoice("RIGHT-2", "9"), "Y2")) == ["duplicate"]
        assert office.judge(invoice("WRONG-1", "9800"), "R1", 1) == first


def test_an_attempt_that_comes_after_a_later_one_leaves_no_trace() -> None:
    office = Office()
    office.judge(invoice("RIGHT-2"), "R1", 2)
    before = content(office)
    office.judge(invoice("WRONG-1"), "R1", 1)
    assert content(office) == before


def test_attempts_without_end_leave_bounded_state() -> None:
    office = Office()
    for attempt in range(1, 50):
        office.judge(invoice("N-1", str(attempt)), "R1", attempt)
    profile = office.profiles.get("V1")
    assert profile is not None
    (entry,) = profile.recent
    assert len(entry.earlier) == EARLIER


REQUESTS = st.integers(0, 40).map(lambda number: f"R{number}")
NUMBERS = st.integers(0, 25).map(lambda number: f"N{number:02}X{number:02}")


class Vendor(RuleBasedStateMachine):
    """One vendor's uploads, repeated, corrected and out of order."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.answers: dict[tuple[str, int], Judgement[FraudDetails]] = {}
        self.latest: dict[str, tuple[int, str]] = {}

    @rule(
        uploads=st.lists(
            st.tuples(REQUESTS, st.integers(1, 3), NUMBERS, st.integers(1, 3)),
            min_size=1,
            max_size=12,
        )
    )
    def upload(self, uploads: list[tuple[str, int, str, int]]) -> None:
        for request, attempt, number, amount in uploads:
            self.judge(request, attempt, number, amount)

    def judge(self, request: str, attempt: int, number: str, amount: int) -> None:
        answer = self.office.judge(invoice(number, str(amount)), request, attempt)
        if (request, attempt) in self.answers:
            assert answer == self.answers[request, attempt]
            return
        others = {seen for other, (_, seen) in self.latest.items() if other != request}
        assert ("duplicate" in signals(answer)) == (number in others)
        known = self.latest.get(request, (0, ""))
        if attempt > known[0]:
            self.latest[request] = (attempt, number)
            self.answers[request, attempt] = answer

    @rule()
    def restart(self) -> None:
        """What is restored from the changelog is what was there."""
        for key, profile in list(self.office.profiles.items()):
            stored = msgspec.msgpack.encode(profile)
            self.office.profiles.put(key, msgspec.msgpack.decode(stored, type=VendorProfile))
        for key, page in list(self.office.seen.items()):
            stored = msgspec.msgpack.encode(page)
            self.office.seen.put(key, msgspec.msgpack.decode(stored, type=SealedPage))

    @invariant()
    def each_request_is_remembered_once(self) -> None:
        profile = self.office.profiles.get("V1") or VendorProfile()
        entries = [*profile.recent]
        for _, page in self.office.seen.items():
            entries.extend(page.entries)
        remembered = {entry.request_id: entry for entry in entries}
        assert len(remembered) == len(entries)
        assert {
            request: (entry.answer.attempt, entry.number) for request, entry in remembered.items()
        } == self.latest


Vendor.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
TestVendor = Vendor.TestCase
