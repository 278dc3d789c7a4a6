"""Messages arrive whole and in time, or it is said that they do not."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from connectors.channel import Channel, Gone

AGO = 0.0
"""A deadline that is over."""


@pytest.fixture
def ends() -> Iterator[tuple[Channel, socket.socket]]:
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    with theirs:
        yield channel, theirs
    channel.close()


def frame(content: bytes) -> bytes:
    return len(content).to_bytes(8, "big") + content


def test_messages_arrive_whole_whatever_pieces_they_come_in(
    ends: tuple[Channel, socket.socket],
) -> None:
    channel, other = ends
    content = bytes(3_000_000)
    other.sendall(frame(b""))
    sending = threading.Thread(target=other.sendall, args=(frame(content),))
    sending.start()
    assert channel.receive() == b""
    assert channel.receive() == content
    sending.join()


def test_what_has_arrived_is_read_however_late_we_are(ends: tuple[Channel, socket.socket]) -> None:
    channel, other = ends
    other.sendall(frame(b"in time"))
    assert channel.receive(AGO) == b"in time"


def test_a_message_that_does_not_end_in_time_is_given_up(
    ends: tuple[Channel, socket.socket],
) -> None:
    channel, other = ends
    other.sendall(frame(b"begun")[:-1])
    with pytest.raises(TimeoutError):
        channel.receive(AGO)
    with pytest.raises(TimeoutError):
        channel.send(bytes(50_000_000), time.monotonic() + 0.05)


@pytest.mark.parametrize("said", [b"", b"\0\0\0", frame(b"cut off")[:-1], frame(b"eleven long")])
def test_one_that_is_gone_or_says_too_much_is_told_apart_from_a_slow_one(
    ends: tuple[Channel, socket.socket], said: bytes
) -> None:
    channel, other = ends
    other.sendall(said)
    other.shutdown(socket.SHUT_WR)
    with pytest.raises(Gone):
        channel.receive(most=10)


def test_nothing_can_be_sent_to_one_that_is_gone(ends: tuple[Channel, socket.socket]) -> None:
    channel, other = ends
    other.close()
    with pytest.raises(Gone):
        channel.send(b"1")
