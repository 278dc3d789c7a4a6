"""Documents shown to a daemon that speaks ClamAV's protocol, and to some that do not."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.clamav import ClamAv, Infected, ScannerAway
from connectors.web_settings import Scanner

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MOST = 200_000


def read_exactly(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        part = connection.recv(size - len(content))
        if not part:
            raise ConnectionError
        content += part
    return content


def daemon(connection: socket.socket) -> None:
    """As clamd answers INSTREAM (clamd(8)), its StreamMaxLength included."""
    assert read_exactly(connection, 10) == b"zINSTREAM\0"
    content = b""
    while size := struct.unpack(">I", read_exactly(connection, 4))[0]:
        content += read_exactly(connection, size)
        if len(content) > MOST:
            connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
    found = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
    connection.sendall(found[:7])
    connection.sendall(found[7:])


@contextmanager
def serving(answer: Callable[[socket.socket], None], path: Path) -> Iterator[ClamAv]:
    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                try:
                    answer(connection)
                except ConnectionError:
                    continue

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        settings = Scanner(address=f"unix:{path}", time_limit=timedelta(seconds=0.5))
        yield ClamAv(settings)
        server.shutdown(socket.SHUT_RDWR)


def test_a_harmful_document_is_told_from_others(tmp_path: Path) -> None:
    with serving(daemon, tmp_path / "clamd") as scanner:
        scanner.check(b"%PDF-1.7")
        scanner.check(b"")
        with pytest.raises(Infected):
            scanner.check(b"x" * 100_000 + EICAR)
        scanner.check(b"x" * 150_000)


def test_a_document_that_is_not_scanned_is_not_let_in(tmp_path: Path) -> None:
    with serving(daemon, tmp_path / "clamd") as scanner, pytest.raises(ScannerAway):
        scanner.check(b"x" * 1_000_000)


@pytest.mark.parametrize(
    "said", [b"", b"ERROR\0", b"stream: OK FOUND ERROR\0", b"OK\0", b"x" * 10_000]
)
def test_anything_else_is_no_leave(tmp_path: Path, said: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(said)

    with serving(answer, tmp_path / "clamd") as scanner, pytest.raises(ScannerAway):
        scanner.check(b"a")


def test_a_daemon_that_hangs_or_is_not_there_is_away(tmp_path: Path) -> None:
    released = threading.Event()

    def hang(_: socket.socket) -> None:
        released.wait()

    with serving(hang, tmp_path / "clamd") as scanner:
        with pytest.raises(ScannerAway):
            scanner.check(b"a")
        released.set()
    with pytest.raises(ScannerAway):
        ClamAv(Scanner(address=f"unix:{tmp_path}/nothing")).check(b"a")
