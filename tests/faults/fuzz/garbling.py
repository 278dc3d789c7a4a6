"""Mutations that know only bytes: what broken producers, disks and attackers send."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

from connectors.dead_letters import ATTEMPTS, ERROR_REASON, TARGET_GROUP, TOPIC
from connectors.stream import Headers

_VARINTS = (b"\xff" * 9 + b"\x01", b"\x80" * 12, b"\x01", b"\x7f", b"\xfe\xff\xff\xff\x0f")
_TIMES = (-1, 0, 1, 2**31, 253_402_300_799_999, 253_402_300_800_000, 2**62)


def flip(value: bytes, rng: Random) -> bytes:
    """One to eight bits turned over."""
    garbled = bytearray(value)
    for _ in range(rng.choice((1, 1, 2, 8))):
        garbled[rng.randrange(len(garbled))] ^= 1 << rng.randrange(8)
    return bytes(garbled)


def cut(value: bytes, rng: Random) -> bytes:
    """The beginning only."""
    return value[: rng.randrange(len(value))]


def insert(value: bytes, rng: Random) -> bytes:
    """Something put in between, often an extreme length."""
    at = rng.randrange(len(value) + 1)
    return (
        value[:at] + (rng.choice(_VARINTS) if rng.random() < 0.5 else rng.randbytes(3)) + value[at:]
    )


def overwrite(value: bytes, rng: Random) -> bytes:
    """Something written over, often an extreme length."""
    at, put = rng.randrange(len(value)), rng.choice(_VARINTS)
    return value[:at] + put + value[at + len(put) :]


def remove(value: bytes, rng: Random) -> bytes:
    """A piece taken out."""
    at = rng.randrange(len(value))
    return value[:at] + value[at + rng.randrange(1, 20) :]


def repeat(value: bytes, rng: Random) -> bytes:
    """A piece that comes twice."""
    at = rng.randrange(len(value))
    return value[:at] + value[at : at + 40] + value[at:]


def append(value: bytes, rng: Random) -> bytes:
    """Something behind the end."""
    return value + rng.randbytes(rng.choice((1, 2, 100)))


def misframed(value: bytes, rng: Random) -> bytes:
    """No Confluent framing."""
    framings = (b"\1" + value[1:], value[5:], b"", b"\0", b"\0\0\0\0", b"{}", b"\xff" * 9)
    return rng.choice(framings)


def misnumbered(value: bytes, rng: Random) -> bytes:
    """An id that nobody or another record has."""
    number: int = rng.choice((0, 2**32 - 1, 900_000, *range(1, 25)))
    return b"\0" + number.to_bytes(4, "big") + value[5:]


def noise(value: bytes, rng: Random) -> bytes:
    """Framed, and then anything."""
    return value[:5] + rng.randbytes(rng.randrange(200))


Garbling: TypeAlias = Callable[[bytes, Random], bytes]
GARBLINGS: Sequence[Garbling] = (
    *(flip, flip, cut, insert, overwrite, overwrite, remove, repeat, append),
    *(misframed, misnumbered, noise),
)


def key(rng: Random) -> bytes | None:
    """A key that no partitioner would have expected."""
    return rng.choice((None, b"", b"\xff\xfe", b"\0", b"k" * 5_000, "ключ".encode()))


def timestamp(rng: Random) -> int:
    """Missing, long ago, or in the last year that Python knows."""
    return rng.choice(_TIMES)


def headers(own: Headers, group: str, rng: Random) -> Headers:
    """Headers doubled, without value, with impossible traces, or those of dead letters."""
    odd: Sequence[tuple[str, bytes | None]] = rng.choice(
        (
            [],
            [*own, *own],
            [("traceparent", None)],
            [("traceparent", b"\xff" * 55)],
            [("traceparent", b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01")],
            [("", b""), ("a" * 300, b"\0" * 300)],
            [(TARGET_GROUP, group.encode())],
            [(TARGET_GROUP, None)],
            [(TARGET_GROUP, b"another")],
            [*own, (TOPIC, b"nowhere"), (ERROR_REASON, b"x"), (ATTEMPTS, b"many")],
            [(f"h{number}", rng.randbytes(8)) for number in range(200)],
        )
    )
    return odd  # type: ignore[return-value]  # odd on purpose
