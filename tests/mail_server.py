"""A real SMTP server in a thread of the test, which keeps what it is handed."""

import socket
import ssl
import threading
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.certificates import Signed


class MailServer:
    """Listens on a port of 127.0.0.1; can be ended and started again there."""

    def __init__(
        self, security: Literal["plain", "starttls", "tls"] = "plain", shows: Signed | None = None
    ) -> None:
        """`shows`: its certificate, where it takes mail by TLS only, and logins."""
        self._how: dict[str, Any] = {}
        if shows is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(shows.certificate, shows.key)
            self._how = {"authenticator": self._login}
            if security == "tls":
                # Its connections are sealed before it greets, which it does not know by itself.
                self._how |= {"ssl_context": context, "auth_require_tls": False}
            else:
                self._how |= {"tls_context": context, "require_starttls": True}
        self.logins: list[tuple[bytes, bytes]] = []
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refuse: dict[str, str] = {}
        """By recipient, how it is answered."""
        self.before_answer: Callable[[], None] = lambda: None
        """Called when a message has been taken, before the server says so."""
        self._lock = threading.Lock()
        self.port = free_port()
        self._controller = self._listen()

    def _listen(self) -> Any:
        controller = Controller(self, hostname="127.0.0.1", port=self.port, **self._how)
        controller.start()
        return controller

    def _login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object
    ) -> AuthResult:
        assert isinstance(login, LoginPassword)
        self.logins.append((login.login, login.password))
        return AuthResult(success=True)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        with self._lock:
            self.mails.append(mail)
            self.recipients += envelope.rcpt_tos
        self.before_answer()
        return "250 OK"

    def stop(self) -> None:
        self._controller.stop()

    def start(self) -> None:
        self._controller = self._listen()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def parts_of(mail: EmailMessage) -> tuple[str, str]:
    """Its text and its HTML."""
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()
