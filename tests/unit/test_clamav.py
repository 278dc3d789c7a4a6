"""Documents shown to a daemon that speaks ClamAV's protocol, and to some that do not."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.clamav import ClamAv, Infected, ScannerAway, Unscanned, scanner_of
from connectors.settings import Scanner
from tests.clamd import EICAR, Clamd, clamd


@contextmanager
def serving(answer: Callable[[socket.socket], None], path: Path) -> Iterator[ClamAv]:
    with Clamd(path, answer) as daemon:
        yield ClamAv(Scanner(address=daemon.address, time_limit=timedelta(seconds=0.5)))


def test_a_harmful_document_is_told_from_others(tmp_path: Path) -> None:
    with serving(clamd, tmp_path / "clamd") as scanner:
        scanner.check(b"%PDF-1.7")
        scanner.check(b"")
        with pytest.raises(Infected):
            scanner.check(b"x" * 100_000 + EICAR)
        scanner.check(b"x" * 150_000)
        assert scanner.fault() is None


def test_a_document_that_is_not_scanned_is_not_let_in(tmp_path: Path) -> None:
    with serving(clamd, tmp_path / "clamd") as scanner, pytest.raises(Unscanned):
        scanner.check(b"x" * 1_000_000)


@pytest.mark.parametrize(
    "said", [b"", b"ERROR\0", b"stream: OK FOUND ERROR\0", b"OK\0", b"x" * 10_000]
)
def test_anything_else_is_no_leave(tmp_path: Path, said: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(said)

    with serving(answer, tmp_path / "clamd") as scanner:
        with pytest.raises(ScannerAway) as raised:
            scanner.check(b"a")
        assert not isinstance(raised.value, Unscanned)
        assert scanner.fault()


def test_a_daemon_that_hangs_or_is_not_there_is_away(tmp_path: Path) -> None:
    released = threading.Event()

    def hang(_: socket.socket) -> None:
        released.wait()

    with serving(hang, tmp_path / "clamd") as scanner:
        with pytest.raises(ScannerAway) as raised:
            scanner.check(b"a")
        assert not isinstance(raised.value, Unscanned)
        released.set()
    with pytest.raises(ScannerAway):
        ClamAv(Scanner(address=f"unix:{tmp_path}/nothing")).check(b"a")


def test_a_document_that_it_hangs_over_is_told_from_a_daemon_that_hangs(tmp_path: Path) -> None:
    released = threading.Event()

    def slow(connection: socket.socket) -> None:
        if connection.recv(6, socket.MSG_PEEK) == b"zPING\0":
            clamd(connection)
        else:
            released.wait()

    with serving(slow, tmp_path / "clamd") as scanner, pytest.raises(Unscanned):
        scanner.check(b"a")
    released.set()


def test_without_an_address_nothing_is_scanned() -> None:
    assert scanner_of(Scanner()) is None
