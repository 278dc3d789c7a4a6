"""Mail to a real SMTP server on this machine, which takes it, refuses it, or is not there."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from connectors.mail import Letter, Mail
from connectors.receiver import Outcome
from connectors.settings import Mail as Settings
from tests.mail_server import MailServer, parts_of

LETTER = Letter("ap@example.org", "Rechnung\r\nBcc: x@example.org", "Grüße", "<p>Grüße</p>", "de")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as there:
        yield there


def written(_: Sequence[Any]) -> Letter:
    return LETTER


def sent(server: MailServer, **more: Any) -> Outcome:
    settings = Settings(
        host="127.0.0.1",
        port=server.port,
        **{"security": "plain", "sender": "Manifold <m@example.com>", "time_limit": 5, **more},
    )
    return Mail(settings, written).deliver("4711", [])


def test_it_has_two_parts_and_the_same_identifier_each_time(server: MailServer) -> None:
    assert sent(server) == sent(server) == Outcome("DELIVERED")
    first, second = server.mails
    assert [each.rstrip() for each in parts_of(first)] == ["Grüße", "<p>Grüße</p>"]
    assert first["Message-ID"] == second["Message-ID"] == "<4711@example.com>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Subject"] == "Rechnung Bcc: x@example.org"
    assert server.recipients == ["ap@example.org"] * 2


@pytest.mark.parametrize(("code", "kind"), [(550, "REFUSED"), (451, "BUSY")])
def test_a_recipient_that_is_not_taken(server: MailServer, code: int, kind: str) -> None:
    server.refuse["ap@example.org"] = f"{code} ap@example.org is not here"
    outcome = sent(server)
    assert outcome == Outcome(kind, f"the mail server does not take this recipient ({code})")  # type: ignore[arg-type]  # one of its kinds
    assert "@" not in outcome.said


def test_a_server_that_is_not_there(server: MailServer) -> None:
    server.stop()
    assert sent(server) == Outcome(
        "AWAY", "no answer from the mail server (ConnectionRefusedError)"
    )
    server.start()
    assert sent(server).kind == "DELIVERED"


def test_nothing_is_sent_in_the_clear_where_it_should_be_sealed(server: MailServer) -> None:
    for security in ("starttls", "tls"):
        assert sent(server, security=security).kind == "AWAY"
    assert not server.mails
