"""Documents shown to ClamAV before they are stored, over a socket to its daemon (INSTREAM)."""

import socket
import struct
import time

from connectors.errors import Unavailable
from connectors.web_settings import Scanner

_CHUNK = 1 << 16
_MOST_ANSWER = 4_096


class Infected(Exception):
    """A document is what ClamAV knows for harmful; nothing of it is stored."""


class ScannerAway(Unavailable):
    """ClamAV does not say whether a document is harmful. Nothing is known of it: try later."""


class ClamAv:
    """A daemon of ClamAV's. Threads may share it: each document has its own connection."""

    def __init__(self, settings: Scanner) -> None:
        """Connect nothing yet."""
        assert settings.address is not None
        self._address = settings.address
        self._limit = settings.time_limit.total_seconds()

    def check(self, content: bytes) -> None:
        """Return when nothing is known against a document. Raises Infected and ScannerAway.

        What cannot be scanned is not let in: a daemon that refuses, hangs or says anything else
        has not said that it is harmless.
        """
        deadline = time.monotonic() + self._limit
        try:
            with self._connected() as connection:
                self._send(connection, content, deadline)
                answer = self._answer(connection, deadline)
        except OSError as error:
            raise ScannerAway(
                f"the virus scanner does not answer ({type(error).__name__})"
            ) from None
        if answer == b"stream: OK":
            return
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            raise Infected("the document is harmful: ClamAV knows it")
        raise ScannerAway("the virus scanner did not scan it; its StreamMaxLength may be too small")

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
