"""Mail handed in over SMTP: one message to one recipient, with the same identifier each time."""

import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any

from msgspec import Struct

from connectors import settings as sections
from connectors.clock import now
from connectors.guard import Guard
from connectors.receiver import Kind, Outcome

PART = "mail"

_STEPS = 8
"""Exchanges with the server that each may take the time limit."""
_LATER = 500
"""Reply codes from here on are for good; those below, for now."""


class Letter(Struct, frozen=True):
    """What a mail says, and to whom."""

    recipient: str
    subject: str
    text: str
    html: str
    language: str


class Mail:
    """A mail server."""

    def __init__(self, settings: sections.Mail, written: Callable[[Sequence[Any]], Letter]) -> None:
        """Connect nothing yet. `written` makes one letter of records to the same recipient."""
        assert settings.host is not None
        self._settings = settings
        self._host: str = settings.host
        self._seconds = settings.time_limit.total_seconds()
        self._written = written
        self.guard = Guard(PART)
        self.longest = round(_STEPS * self._seconds * 1_000)

    def deliver(self, delivery_id: str, records: Sequence[Any]) -> Outcome:
        """Hand in one letter."""
        letter = self._written(records)
        message = self._message(delivery_id, letter)
        try:
            with self._connected() as server:
                server.send_message(message, to_addrs=[letter.recipient])
        except smtplib.SMTPRecipientsRefused as refused:
            code = min(code for code, _ in refused.recipients.values())
            kind: Kind = "REFUSED" if code >= _LATER else "BUSY"
            return Outcome(kind, f"the mail server does not take this recipient ({code})")
        except smtplib.SMTPDataError as refused:
            kind = "REFUSED" if refused.smtp_code >= _LATER else "BUSY"
            return Outcome(kind, f"the mail server does not take the message ({refused.smtp_code})")
        except smtplib.SMTPResponseException as refused:
            # Of the sender, or the login: nothing is wrong with what is to be said.
            return Outcome("AWAY", f"the mail server refuses us ({refused.smtp_code})")
        except smtplib.SMTPNotSupportedError:
            return Outcome(
                "AWAY", "the mail server has no STARTTLS, or no login: see mail.security"
            )
        except ssl.SSLError:
            return Outcome("AWAY", "the mail server's certificate or encryption does not fit")
        except (smtplib.SMTPException, OSError) as error:
            return Outcome("AWAY", f"no answer from the mail server ({type(error).__name__})")
        return Outcome("DELIVERED")

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        settings = self._settings
        if settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host,
                settings.port,
                timeout=self._seconds,
                context=ssl.create_default_context(),
            )
        else:
            server = smtplib.SMTP(self._host, settings.port, timeout=self._seconds)
        try:
            if settings.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.username is not None and settings.password is not None:
                server.login(settings.username, settings.password.get_secret_value())
            yield server
        except BaseException:
            server.close()
            raise
        # The message is handed in: whether the server says goodbye as well changes nothing.
        server.close()

    def _message(self, delivery_id: str, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        domain = parseaddr(self._settings.sender)[1].rpartition("@")[2] or "localhost"
        message["From"] = self._settings.sender
        message["To"] = letter.recipient
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = format_datetime(datetime.fromtimestamp(now() / 1_000, UTC))
        message["Message-ID"] = f"<{delivery_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notes, please
        message["Content-Language"] = letter.language
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return message

    def close(self) -> None:
        """Nothing is kept open."""
