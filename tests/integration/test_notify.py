"""People are told once: by mail and webhook, while receivers fail, are slow, and processes die."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from connectors.clock import now
from connectors.dead_letters import ERROR_REASON, MESSAGE
from connectors.stream import Received
from manifold.generator import reference_records, world
from operators.decision import InvoiceNotification
from operators.money import ONE
from operators.notifications import InvoiceNotificationAddressed, NotificationRoute
from operators.reference import ReferencePolicy, ReferenceVendor
from tests.faults.points import VARIABLE, FaultPoints
from tests.integration.pipeline import Pipeline
from tests.integration.redis_server import RedisServer
from tests.mail_server import MailServer, parts_of
from tests.webhook_server import SECRET, WebhookServer

VENDOR = ReferenceVendor("V-1", "<script>alert(1)</script> & Söhne")
BY_MAIL = NotificationRoute("clerks", "MAIL", ("ap@example.org",), audience="CLERK")
BY_WEBHOOK = NotificationRoute("desk", "WEBHOOK", ("desk",))


def note(number: int, **changes: Any) -> InvoiceNotification:
    told = InvoiceNotification(
        notification_id=f"r-{number}/1/1",
        request_id=f"r-{number}",
        attempt=1,
        revision=1,
        invoice_id=f"R-{number}",
        vendor_id=VENDOR.vendor_id,
        audience="CLERK",
        subject=f"Invoice R-{number} needs a look",
        reasons=("FRD-ACCOUNT",),
        created_at=now(),
        cause="REVIEW",
        status="REVIEW",
        amount=2_000 * ONE,
        currency="EUR",
        due=2_000 * ONE,
    )
    return replace(told, **changes)


class Told(Pipeline):
    """A pipeline whose people are told."""

    def routes(self, *routes: NotificationRoute) -> None:
        made = world(1, 4, datetime.now(UTC).date())
        policy = next(
            each for _, each in reference_records(made) if isinstance(each, ReferencePolicy)
        )
        self.publish(VENDOR, replace(policy, notifications=routes))

    def dead(self) -> list[Received]:
        topic = self.contracts.topic_of(InvoiceNotificationAddressed).name
        return list(self.read(self.contracts.dead_letters_of(topic)))


def settings(mail: MailServer, hook: WebhookServer, **more: str) -> dict[str, str]:
    return {
        "MANIFOLD_MAIL__HOST": "127.0.0.1",
        "MANIFOLD_MAIL__PORT": str(mail.port),
        "MANIFOLD_MAIL__SECURITY": "plain",
        "MANIFOLD_MAIL__SENDER": "Manifold <manifold@example.org>",
        "MANIFOLD_NOTIFY__LINK": "https://board.example.org/requests/{request_id}",
        "MANIFOLD_NOTIFY__WEBHOOKS__DESK__URL": hook.url + "/told",
        "MANIFOLD_NOTIFY__WEBHOOKS__DESK__SECRET": SECRET,
        **more,
    }


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def hook() -> Iterator[WebhookServer]:
    with WebhookServer() as server:
        yield server


@pytest.fixture
def pipeline(
    bootstrap: str, tmp_path: Path, mail: MailServer, hook: WebhookServer
) -> Iterator[Told]:
    with Told(bootstrap, tmp_path, **settings(mail, hook)) as made:
        yield made


def refusing(status: int, **headers: str) -> Callable[[dict[str, Any]], Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: (status, named, b"")


def test_everybody_is_told_once_in_their_language(
    pipeline: Told, mail: MailServer, hook: WebhookServer
) -> None:
    german = NotificationRoute(
        "Einkauf",
        "MAIL",
        ("einkauf@example.org", "AP@example.org"),
        language="DE",
        time_zone="Europe/Berlin",
    )
    dear = replace(BY_MAIL, name="dear", recipients=("cfo@example.org",), amount_from=9_000 * ONE)
    pipeline.routes(BY_MAIL, german, dear, BY_WEBHOOK)
    pipeline.start("notify")
    notes = [note(number) for number in range(20)]
    pipeline.publish(*notes, *notes, note(0, revision=2, audience="PRODUCER", cause="REJECTED"))
    pipeline.until(lambda: len(hook.messages) >= 21 and len(mail.mails) >= 42, "all told")
    pipeline.at_rest("notify")
    time.sleep(1)

    told_once = Counter(each.lower() for each in mail.recipients)
    assert told_once == {"ap@example.org": 21, "einkauf@example.org": 21}
    assert Counter(mail.recipients)["ap@example.org"] == 20, "the first route that fits counts"
    assert len(hook.messages) == len(set(hook.ids)) == 21
    told = {
        (each["request_id"], each["revision"])
        for message in hook.messages
        for each in message["data"]["notifications"]
    }
    assert told == {(each.request_id, 1) for each in notes} | {("r-0", 2)}
    assert len({each["Message-ID"] for each in mail.mails}) == len(mail.mails) == 42
    one = next(each for each in mail.mails if each["To"] == "ap@example.org")
    text, html = parts_of(one)
    assert one["Subject"].startswith("Invoice R-")
    assert "<script>alert(1)</script> & Söhne, 2,000.00 EUR" in text
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Söhne" in html
    assert "https://board.example.org/requests/r-" in html
    assert one["From"] == "Manifold <manifold@example.org>"
    other = next(each for each in mail.mails if each["To"] == "einkauf@example.org")
    assert other["Subject"].startswith("Rechnung R-")
    assert "2.000,00 EUR" in parts_of(other)[0]
    assert not pipeline.dead()
    log = next(iter(pipeline.processes)).log.read_text()
    assert "example.org" not in log


def test_a_receiver_that_was_away_is_told_when_it_is_back_and_holds_nobody_up(
    pipeline: Told, mail: MailServer, hook: WebhookServer
) -> None:
    pipeline.routes(BY_MAIL, BY_WEBHOOK)
    mail.stop()
    pipeline.start("notify")
    pipeline.publish(*(note(number) for number in range(30)))
    pipeline.until(lambda: len(hook.messages) == 30, "the webhook has got everything")
    # What was delivered and not committed would be delivered again: there is no Redis.
    told = partial(pipeline.table, "notify", "told")
    pipeline.until(lambda: sum(map(len, told().values())) == 30, "that is remembered")
    pipeline.killed(pipeline.processes[0])
    mail.start()
    pipeline.until(lambda: len(mail.mails) >= 30, "all mails")
    pipeline.at_rest("notify")
    time.sleep(1)
    assert len(mail.mails) == 30
    assert len(hook.messages) == 30


def test_it_waits_as_long_as_it_is_asked_to(pipeline: Told, hook: WebhookServer) -> None:
    answers = iter([(429, {"Retry-After": "3"}, b"")])
    hook.answers = lambda _: next(answers, (200, {}, b""))
    pipeline.routes(BY_WEBHOOK)
    pipeline.start("notify")
    pipeline.publish(note(1))
    pipeline.until(lambda: len(hook.messages) == 2, "it is tried again")
    first, second = hook.times
    assert second - first >= 3
    assert len(set(hook.ids)) == 1
    assert hook.bodies[0] == hook.bodies[1]


def test_a_slow_receiver_holds_up_no_other(
    pipeline: Told, mail: MailServer, hook: WebhookServer
) -> None:
    go_on = threading.Event()

    def slowly(_: dict[str, Any]) -> Any:
        go_on.wait(8)
        return 200, {}, b""

    hook.answers = slowly
    pipeline.routes(BY_MAIL, BY_WEBHOOK)
    pipeline.start("notify")
    pipeline.publish(*(note(number) for number in range(12)))
    pipeline.until(lambda: len(mail.mails) == 12, "all mails, while the webhook hangs")
    assert len(hook.messages) <= 4, "so many at once, and no more"
    go_on.set()
    pipeline.until(lambda: len(hook.messages) >= 12, "the webhook has got everything")
    pipeline.at_rest("notify")
    assert len(set(hook.ids)) == len(hook.ids) == 12


def test_what_cannot_be_delivered_is_a_dead_letter_and_can_be_replayed(
    bootstrap: str, tmp_path: Path, mail: MailServer, hook: WebhookServer
) -> None:
    variables = settings(mail, hook, MANIFOLD_NOTIFY__GIVE_UP_AFTER="4")
    mail.refuse["gone@example.org"] = "550 no such mailbox gone@example.org"
    hook.answers = refusing(500)
    with Told(bootstrap, tmp_path, **variables) as pipeline:
        pipeline.routes(
            replace(BY_MAIL, recipients=("gone@example.org", "ap@example.org")),
            BY_WEBHOOK,
            replace(BY_WEBHOOK, name="nowhere", recipients=("unknown",)),
        )
        pipeline.start("notify")
        pipeline.publish(note(1))
        pipeline.until(lambda: len(pipeline.dead()) == 3, "three dead letters")
        said = {
            headers[ERROR_REASON].decode() + ": " + headers[MESSAGE].decode()
            for letter in pipeline.dead()
            if (headers := dict(letter.headers))
        }
        assert sorted(said)[1:] == [
            "delivery_refused: the mail server does not take this recipient (550)",
            "delivery_refused: the settings have no receiver called webhook unknown",
        ]
        assert sorted(said)[0].startswith("delivery_failed: it answers with status 500")
        assert len(mail.mails) == 1

        letter = next(each for each in pipeline.dead() if b"desk" in (each.value or b""))
        hook.answers = refusing(200)
        before = len(hook.messages)
        topic = pipeline.contracts.topic_of(InvoiceNotificationAddressed).name
        decoded = pipeline.codec.decoder(InvoiceNotificationAddressed)(letter.value or b"")
        assert letter.topic == pipeline.contracts.dead_letters_of(topic).name
        pipeline.publish(decoded)
        pipeline.until(lambda: len(hook.messages) == before + 1, "told after all")
        pipeline.at_rest("notify")
        assert len(mail.mails) == 1


def test_killed_between_delivery_and_commit_nobody_is_told_twice(
    bootstrap: str, tmp_path: Path, mail: MailServer, hook: WebhookServer
) -> None:
    """The mail is taken, and the process dies before the epoch that remembers it is committed.

    Whether it dies before or after it has noted that in Redis is what the two halves look at.
    """
    with (
        RedisServer(tmp_path) as redis,
        Told(
            bootstrap,
            tmp_path / "pipeline",
            **settings(mail, hook),
            MANIFOLD_REDIS__URL=redis.url,
        ) as pipeline,
    ):
        pipeline.routes(BY_WEBHOOK)
        process = pipeline.start("notify", MANIFOLD_NOTIFY__WAIT="30")
        reached, hold = threading.Event(), threading.Event()

        def answers(message: dict[str, Any]) -> Any:
            if len(hook.messages) == 2:
                reached.set()
                hold.wait(60)
            return 200, {}, b""

        hook.answers = answers
        # Of one recipient, so of one partition and epoch: the first is delivered and noted, the
        # second keeps the epoch open.
        pipeline.publish(note(1), note(2))
        assert reached.wait(60), pipeline.told()
        noted = redis.client()
        pipeline.until(
            lambda: any(b"delivered" in (noted.get(key) or b"") for key in noted.scan_iter()),
            "the first is noted",
        )
        pipeline.kill(process)
        hold.set()
        pipeline.start("notify")
        pipeline.until(lambda: len(hook.messages) >= 3, "the one in doubt is told again")
        pipeline.at_rest("notify")
        time.sleep(2)
        assert Counter(hook.ids).most_common()[0][1] == 2
        assert len(hook.messages) == 3
        assert len(set(hook.ids)) == 2, "and a receiver can tell by its identifier"


def test_a_digest_is_one_message_whatever_partitions_its_requests_are_in(
    pipeline: Told, mail: MailServer
) -> None:
    """Daily, at the first full minute that leaves time to collect; after a restart in between."""
    due = datetime.fromtimestamp(now() / 1_000 + 25, UTC) + timedelta(minutes=1)
    daily = replace(BY_MAIL, digest="DAILY", daily_at=due.hour * 60 + due.minute)
    pipeline.routes(daily)
    pipeline.start("notify")
    pipeline.publish(*(note(number) for number in range(12)))
    pipeline.until(
        lambda: sum(map(len, pipeline.table("notify", "owed").values())) == 12, "all collected"
    )
    pipeline.publish(note(3, revision=2, cause="OVERTAKEN"))
    pipeline.killed(pipeline.processes[0])
    pipeline.at_rest("notify")
    assert not mail.mails, "it is not the time yet"
    pipeline.until(lambda: bool(mail.mails), "the digest", seconds=120)
    assert datetime.now(UTC) >= due.replace(second=0, microsecond=0)
    time.sleep(3)
    (digest,) = mail.mails
    assert digest["Subject"] == "12 invoices to look at"
    text, _ = parts_of(digest)
    assert text.count("Invoice R-3 ") == 1
    assert "approved before an answer that speaks against it" in text


def test_in_quiet_hours_nobody_is_disturbed_and_afterwards_everybody_is_told(
    bootstrap: str, tmp_path: Path, mail: MailServer, hook: WebhookServer
) -> None:
    """They began an hour ago and last an hour longer, by the clock of the process, which jumps."""
    points = FaultPoints(tmp_path / "points")
    here = datetime.now(UTC)
    minute = here.hour * 60 + here.minute
    asleep = replace(
        BY_MAIL,
        recipients=("asleep@example.org",),
        quiet_from=(minute - 60) % 1_440,
        quiet_until=(minute + 60) % 1_440,
    )
    digest = replace(asleep, name="digest", recipients=("digest@example.org",), digest="HOURLY")
    awake = NotificationRoute("awake", "MAIL", ("awake@example.org",), audience="PRODUCER")
    variables = settings(mail, hook, **{VARIABLE: str(points.folder)})
    with Told(bootstrap, tmp_path / "pipeline", **variables) as pipeline:
        pipeline.routes(asleep, digest, awake, replace(BY_WEBHOOK, audience="CLERK"))
        process = pipeline.start("notify", module="tests.faults.armed")
        pipeline.publish(*(note(number) for number in range(5)))
        pipeline.publish(note(0, revision=2, cause="OVERTAKEN"))
        pipeline.until(lambda: len(hook.messages) == 6, "who is told over the webhook")
        pipeline.killed(process)

        points.jump("notify-one", 55 * 60_000)
        pipeline.publish(note(6, audience="PRODUCER", cause="REJECTED"))
        pipeline.until(lambda: bool(mail.mails), "who is awake")
        pipeline.at_rest("notify")
        assert mail.recipients == ["awake@example.org"]
        assert mail.mails[0]["Date"].datetime - here > timedelta(minutes=55)

        points.jump("notify-one", 61 * 60_000)
        pipeline.until(lambda: len(mail.mails) >= 8, "who was asleep")
        pipeline.at_rest("notify")
        time.sleep(1)
        assert Counter(mail.recipients) == {
            "awake@example.org": 1,
            "asleep@example.org": 6,
            "digest@example.org": 1,
        }
        (one,) = (each for each in mail.mails if each["To"] == "digest@example.org")
        assert one["Subject"] == "5 invoices to look at"
        assert not pipeline.dead()
