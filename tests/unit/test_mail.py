"""Mail to a real SMTP server on this machine, which takes it, refuses it, or is not there."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest

from connectors.mail import Letter, Mail
from connectors.receiver import Outcome
from connectors.settings import Mail as Settings
from tests.certificates import Authority
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


Sealed = Literal["starttls", "tls"]
LOGIN = {"username": "manifold", "password": "s3cr3t"}


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that this machine believes, and nobody else."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    return made


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_that_shows_a_good_certificate_is_told_the_password_and_the_letter(
    authority: Authority, security: Sealed
) -> None:
    with MailServer(security, authority.signed("mail")) as server:
        assert sent(server, security=security, **LOGIN) == Outcome("DELIVERED")
        assert server.logins == [(b"manifold", b"s3cr3t")]
        assert [each["To"] for each in server.mails] == ["ap@example.org"]
        other: Sealed = "tls" if security == "starttls" else "starttls"
        assert sent(server, security=other, time_limit=1, **LOGIN).kind == "AWAY"
        assert len(server.mails) == len(server.logins) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("wrong", ["authority", "name"])
def test_a_server_that_shows_another_s_certificate_is_told_nothing(
    authority: Authority, tmp_path: Path, security: Sealed, wrong: str
) -> None:
    if wrong == "authority":
        shown = Authority(tmp_path, "nobody").signed("mail")
    else:
        shown = authority.signed("mail", "mail.example.org")
    with MailServer(security, shown) as server:
        assert sent(server, security=security, **LOGIN) == Outcome(
            "AWAY", "the mail server's certificate or encryption does not fit"
        )
        assert not server.logins
        assert not server.mails
