"""The proxy between clients and brokers does what the faults say, and nothing else."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults import ports
from tests.faults.frames import END_TXN
from tests.faults.network import Network

BROKER = ports.BROKERS[0]
PATIENCE = 10.0


def request(key: int, client: str, body: bytes = b"") -> bytes:
    """A request as clients frame it."""
    content = struct.pack(">hhih", key, 0, 7, len(client)) + client.encode() + body
    return struct.pack(">i", len(content)) + content


class Echo:
    """Stands where a broker would, and sends everything back."""

    def __init__(self) -> None:
        self._server = socket.create_server((ports.HOST, ports.behind(BROKER)))
        self.received = b""
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                threading.Thread(target=self._echo, args=(connection,), daemon=True).start()

    def _echo(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while data := connection.recv(1 << 16):
                self.received += data
                connection.sendall(data)

    def close(self) -> None:
        # Closing alone leaves the port taken while another thread accepts on it.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


@pytest.fixture
def broker() -> Iterator[Echo]:
    echo = Echo()
    yield echo
    echo.close()


@pytest.fixture
def network(broker: Echo, tmp_path: Path) -> Iterator[Network]:
    network = Network(tmp_path / "proxy.log")
    yield network
    network.close()
    assert (tmp_path / "proxy.log").read_text() == ""


def connect() -> socket.socket:
    return socket.create_connection((ports.HOST, ports.advertised(BROKER)), timeout=PATIENCE)


def answer(connection: socket.socket, size: int) -> bytes:
    with connection.makefile("rb") as reader:
        return reader.read(size)


def test_passes_everything_on_in_order(network: Network) -> None:
    network.restore()
    sent = b"".join(request(1, "reader", bytes([n % 256]) * n) for n in range(0, 60_000, 997))
    with connect() as connection:
        threading.Thread(target=connection.sendall, args=(sent,)).start()
        assert answer(connection, len(sent)) == sent


def test_refuses_all_until_it_is_restored(network: Network) -> None:
    network.restore()
    connection = connect()
    network.refuse()
    with connection, suppress(ConnectionResetError):
        assert connection.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect()
    network.restore()
    connect().close()


def test_resets_connections_and_takes_new_ones(network: Network) -> None:
    network.restore()
    with connect() as connection:
        sent = request(1, "reader")
        connection.sendall(sent)
        answer(connection, len(sent))
        network.reset()
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    with connect() as connection:
        connection.sendall(b"\0\0\0\0")
        assert answer(connection, 4) == b"\0\0\0\0"


def test_delivers_nothing_while_it_is_cut_and_everything_afterwards(
    network: Network, broker: Echo
) -> None:
    network.restore()
    sent = request(1, "reader")
    with connect() as connection:
        network.block([BROKER])
        connection.sendall(sent)
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert broker.received == b""
        network.restore([BROKER])
        connection.settimeout(PATIENCE)
        assert answer(connection, len(sent)) == sent


def test_delivers_late_in_both_directions(network: Network) -> None:
    network.restore()
    sent = request(1, "reader")
    with connect() as connection:
        network.slow(0.2)
        began = time.monotonic()
        connection.sendall(sent)
        assert answer(connection, len(sent)) == sent
        assert time.monotonic() - began >= 0.4


def test_an_end_of_transaction_comes_after_its_sender_has_given_up(
    network: Network, broker: Echo
) -> None:
    network.restore()
    before, end = request(0, "fraud-one"), request(END_TXN, "fraud-one")
    network.hold_end_of_transaction("fraud-one", after=0.2)
    with connect() as other:
        other.sendall(request(END_TXN, "fraud-two"))
        answer(other, len(end))
    passed = len(broker.received)
    with connect() as connection:
        connection.sendall(before)
        answer(connection, len(before))
        connection.sendall(end)
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert broker.received[passed:] == before
    assert network.delivered(PATIENCE) == "delivered late"
    until = time.monotonic() + PATIENCE
    while broker.received[passed:] != before + end:
        assert time.monotonic() < until
