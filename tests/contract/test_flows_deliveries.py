"""Notify and deliver over streams: who is told when, and what was told is told once."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from connectors.letter import Letters
from connectors.receiver import Outcome
from connectors.stream import Batch, CaughtUp, Event, Received, Tick
from operators.decision import InvoiceNotification
from operators.money import ONE
from operators.notifications import InvoiceNotificationAddressed, NotificationRoute
from operators.reference import ReferencePolicy
from operators.time import DAY, Instant
from tests.contract.flow_run import WillingReceiver, start
from tests.contract.generated_records import AT, WORLD, decoded, sent

HOUR = 3_600_000
VENDOR = WORLD.vendors[0]


def note(request: str, revision: int = 1, **changes: Any) -> InvoiceNotification:
    told = InvoiceNotification(
        notification_id=f"{request}/1/{revision}",
        request_id=request,
        attempt=1,
        revision=revision,
        invoice_id=f"R-{request}",
        vendor_id=VENDOR.vendor_id,
        audience="CLERK",
        subject="Invoice needs a look",
        created_at=AT,
        cause="REVIEW",
        status="REVIEW",
        amount=2_000 * ONE,
    )
    return replace(told, **changes)


def policy(*routes: NotificationRoute) -> ReferencePolicy:
    return replace(WORLD.policy, notifications=routes)


def addressed(
    notes: Sequence[InvoiceNotification], *routes: NotificationRoute
) -> list[InvoiceNotificationAddressed]:
    records = [sent(each, offset) for offset, each in enumerate(notes)]
    runtime = start("notify", [Batch(0, AT, records)], policies=[policy(*routes)])
    return [decoded(each) for epoch in runtime.written for each in epoch]


MAIL = NotificationRoute("mail", "MAIL", ("a@example.org", "b@example.org"))


def test_each_recipient_is_addressed_with_the_vendors_name() -> None:
    found = addressed([note("r")], MAIL)
    assert [each.recipient for each in found] == ["a@example.org", "b@example.org"]
    assert {each.vendor_name for each in found} == {VENDOR.name}
    assert len({each.delivery_id for each in found}) == 2
    assert not any("@" in each.mailbox for each in found), "keys name nobody"


def test_without_routes_nobody_is_addressed() -> None:
    assert addressed([note("r")]) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"audience": "PRODUCER"}, False),
        ({"audience": "CLERK"}, True),
        ({"groups": ("treasury",)}, False),
        ({"groups": ("buyers", "treasury")}, False),
        ({"vendor_classes": ("utility",)}, False),
        ({"amount_from": 2_000 * ONE}, True),
        ({"amount_from": 2_001 * ONE}, False),
    ],
)
def test_a_route_is_taken_by_what_fits_it(changes: dict[str, Any], told: bool) -> None:
    assert bool(addressed([note("r")], replace(MAIL, **changes))) is told


def test_what_is_not_known_is_told() -> None:
    dear = replace(MAIL, amount_from=1_000_000 * ONE)
    assert addressed([note("r", amount=None)], dear)
    assert addressed(
        [note("r", group="treasury", vendor_class="utility")],
        replace(MAIL, groups=("treasury",), vendor_classes=("utility",)),
    )


class Told(WillingReceiver):
    """What somebody was told, with the letters as they were written."""

    def __init__(self) -> None:
        super().__init__("mail")
        self.requests: list[list[str]] = []
        self.subjects: list[str] = []

    def deliver(self, delivery_id: str, records: Sequence[Any]) -> Outcome:
        self.requests.append([each.notification.request_id for each in records])
        self.subjects.append(Letters(None)(records).subject)
        return Outcome("DELIVERED")


def told_at(
    monkeypatch: pytest.MonkeyPatch,
    route: NotificationRoute,
    notes: Sequence[tuple[Instant, InvoiceNotification]],
    ticks: Sequence[Instant],
) -> list[tuple[Instant, Told]]:
    """What has been told after each of these instants, one recipient after the other."""
    found: list[tuple[Instant, Told]] = []
    for last in range(1, len(ticks) + 1):
        told = Told()
        monkeypatch.setattr("tests.contract.flow_run.WillingReceiver", lambda _, told=told: told)
        events: list[Event[Received]] = []
        for offset, (at, each) in enumerate(notes):
            (record,) = addressed([each], route)
            events.append(Batch(0, at, [sent(record, offset)]))
        events += [Tick(0, at) for at in ticks[:last]]
        start("notify", events)
        found.append((ticks[last - 1], told))
    return found


ONE_OF = NotificationRoute("clerks", "MAIL", ("ap@example.org",), time_zone="Europe/Berlin")


def test_a_digest_is_one_message_at_its_hour_with_the_last_word_on_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """AT is 10:15 in Berlin."""
    hourly = replace(ONE_OF, digest="HOURLY", language="DE")
    notes = [
        (AT, note("a", amount=5 * ONE)),
        (AT + 60_000, note("b", amount=9 * ONE)),
        (AT + 120_000, note("a", 2, amount=5 * ONE, cause="OVERTAKEN")),
        (AT + 180_000, note("c", cause="EXPIRED")),
    ]
    due = AT // HOUR * HOUR + HOUR
    early, then, later = told_at(monkeypatch, hourly, notes, [due - 1, due, due + HOUR])
    assert early[1].requests == []
    assert [sorted(each) for each in then[1].requests] == [["a", "a", "b", "c"]]
    assert then[1].subjects == ["3 Rechnungen zum Ansehen"]
    assert later[1].requests == then[1].requests, "once"


def test_in_quiet_hours_nobody_is_disturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 10:00 to 06:00 of the next day, in Berlin."""
    quiet = replace(ONE_OF, quiet_from=600, quiet_until=360)
    morning = AT - (10 * 60 + 15) * 60_000 + DAY + 6 * HOUR
    early, then = told_at(monkeypatch, quiet, [(AT, note("a"))], [morning - 1, morning])
    assert early[1].requests == []
    assert then[1].requests == [["a"]]
    awake = replace(ONE_OF, quiet_from=1_200, quiet_until=360)
    ((_, at_once),) = told_at(monkeypatch, awake, [(AT, note("a"))], [AT])
    assert at_once.requests == [["a"]]


def test_what_was_told_is_remembered_for_a_week() -> None:
    (record,) = addressed([note("r")], ONE_OF)
    again = Batch(0, AT + 1, [sent(record, 1)])

    def told(*events: Event[Received]) -> int:
        runtime = start("notify", [Batch(0, AT, [sent(record, 0)]), *events])
        return len(list(runtime.state.open(0)["told"].items()))

    until = AT + 7 * DAY
    assert told(again) == 1
    assert told(CaughtUp(0, until, until)) == 1
    assert told(CaughtUp(0, until + 1, until + 1)) == 0


def test_letters_of_both_languages_say_every_cause() -> None:
    said: Counter[str] = Counter()
    for cause in InvoiceNotification.__annotations__["cause"].__args__:
        for language in ("EN", "DE"):
            told = note("r", cause=cause, branches=("FRAUD",), due=ONE, currency="EUR")
            (record,) = addressed([told], replace(ONE_OF, language=language))
            letter = Letters("https://h/{request_id}")([record])
            said[letter.text] += 1
            assert letter.subject
            assert "R-r" in letter.text or cause == "UNKNOWN"
            assert letter.text.count("\n\n\n") == 0
    assert set(said.values()) == {1}
