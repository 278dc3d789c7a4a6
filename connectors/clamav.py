"""Documents shown to ClamAV, over a socket to its daemon (INSTREAM)."""

import socket
import struct
import time
from collections.abc import Callable

from connectors.errors import Unavailable
from connectors.settings import Scanner

_CHUNK = 1 << 16
_MOST_ANSWER = 4_096


class Infected(Exception):
    """A document is what ClamAV knows for harmful; it is neither stored nor opened."""


class ScannerAway(Unavailable):
    """ClamAV does not say whether a document is harmful. Nothing is known of it: try later."""


class Unscanned(ScannerAway):
    """ClamAV is there, and has not said it of this document: the next one may fare better."""


class ClamAv:
    """A daemon of ClamAV's. Threads may share it: each document has its own connection."""

    def __init__(self, settings: Scanner) -> None:
        """Connect nothing yet. `settings` have an address."""
        assert settings.address is not None
        self._address = settings.address
        self._limit = settings.time_limit.total_seconds()

    def check(self, content: bytes) -> None:
        """Return when nothing is known against a document.

        Raises Infected, Unscanned and ScannerAway. What cannot be scanned is not let in: a daemon
        that refuses, hangs or says anything else has not said that it is harmless.
        """
        try:
            answer = self._told(lambda connection, until: self._send(connection, content, until))
        except OSError as error:
            raise self._failure(
                f"the virus scanner does not answer ({type(error).__name__})"
            ) from None
        if answer == b"stream: OK":
            return
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            raise Infected("the document is harmful: ClamAV knows it")
        raise self._failure(
            "the virus scanner did not scan it; its StreamMaxLength may be too small"
        )

    def fault(self) -> str | None:
        """Why no document can be scanned now; None when the daemon answers."""
        try:
            answer = self._told(lambda connection, _: connection.sendall(b"zPING\0"))
        except OSError as error:
            return f"no answer ({type(error).__name__})"
        return None if answer == b"PONG" else "it does not answer as ClamAV's daemon does"

    def _failure(self, sentence: str) -> ScannerAway:
        return ScannerAway(sentence) if self.fault() else Unscanned(sentence)

    def _told(self, say: Callable[[socket.socket, float], None]) -> bytes:
        deadline = time.monotonic() + self._limit
        with self._connected() as connection:
            say(connection, deadline)
            return self._answer(connection, deadline)

    def _connected(self) -> socket.socket:
        if self._address.startswith("unix:"):
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.settimeout(self._limit)
                connection.connect(self._address.removeprefix("unix:"))
            except OSError:
                connection.close()
                raise
            return connection
        host, _, port = self._address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=self._limit)

    @staticmethod
    def _send(connection: socket.socket, content: bytes, deadline: float) -> None:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK):
            chunk = content[start : start + _CHUNK]
            connection.settimeout(_rest(deadline))
            try:
                connection.sendall(struct.pack(">I", len(chunk)) + chunk)
            except (BrokenPipeError, ConnectionResetError):
                return  # it has had enough, and has said why
        connection.sendall(struct.pack(">I", 0))

    @staticmethod
    def _answer(connection: socket.socket, deadline: float) -> bytes:
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < _MOST_ANSWER:
            connection.settimeout(_rest(deadline))
            part = connection.recv(_MOST_ANSWER)
            if not part:
                break
            answer += part
        return answer.rstrip(b"\0\n")


def _rest(deadline: float) -> float:
    rest = deadline - time.monotonic()
    if rest <= 0:
        raise TimeoutError
    return rest


def scanner_of(settings: Scanner) -> ClamAv | None:
    """The one that the settings have, or none."""
    return None if settings.address is None else ClamAv(settings)
