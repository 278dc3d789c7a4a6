"""Values at and beyond the edges of what a contract allows, by Avro type."""

from datetime import date
from random import Random
from typing import Any

from connectors.avro_type import Enumeration, Plain

_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_DAY, _LAST_DAY = 1 - _EPOCH, date.max.toordinal() - _EPOCH
_LARGEST = 10**28 - 1
_LONGS = (0, 1, -1, 2**31 - 1, -(2**31), 2**53, 2**63 - 1, -(2**63), 253_402_300_800_000)
_AMOUNTS = (
    *(0, 1, -1, 10**8, -(10**8), 10**6, 5 * 10**5, 10**16, 2**63 - 1, 2**63, -(2**63) - 1),
    *(_LARGEST, -_LARGEST, _LARGEST // 2, 10**27),
)
_TEXTS = (
    *("", " ", "\0", "a\0b", "\t\r\n", "0", "-1", "NaN", "null", "default", "/", "a/b", "%2F"),
    *("é", "é", "ß", "\u200b", "\ufeff", "\u202e1234", "\U0001f4a9" * 3, "１２３", "١٢٣", "\x85"),
    *("'; DROP TABLE upload; --", "<invoice/>", "{}", "EUR", "DE", "S", "C62", "381", "380"),
    *("DE89370400440532013000", "DE136695976", "\x00forgotten", "..", "İ", "ﬃ", "\U0010ffff"),
)
_LENGTHS = (64, 65, 255, 256, 257, 4_096, 32_768)


def text(rng: Random) -> str:
    """Empty, odd or very long."""
    if rng.random() < 0.15:
        return rng.choice("aÄ0 -\U0001f4a9") * rng.choice(_LENGTHS)
    if rng.random() < 0.2:
        return "".join(chr(_code_point(rng)) for _ in range(rng.randrange(1, 12)))
    return rng.choice(_TEXTS)


def amount(rng: Random) -> tuple[bytes, bool]:
    """The bytes of a decimal, and whether they keep to its 28 digits."""
    if rng.random() < 0.1:
        return rng.choice(
            (b"", b"\0" * 12, b"\xff" * 12, b"\x7f" * 13, b"\x80" + b"\0" * 40)
        ), False
    number = rng.choice(_AMOUNTS) if rng.random() < 0.7 else rng.randint(-_LARGEST, _LARGEST)
    return number.to_bytes((number ^ number >> 127).bit_length() // 8 + 1, signed=True), True


def plain(kind: Plain, rng: Random) -> tuple[Any, bool]:
    """A value of a type without parts, and whether its contract allows it."""
    match kind.kind:
        case "string":
            return text(rng), True
        case "bytes":
            return rng.randbytes(rng.choice((0, 1, 300))), True
        case "decimal":
            return amount(rng)
        case "date":
            day = rng.choice((0, -1, _FIRST_DAY, _LAST_DAY, 2**31 - 1, -(2**31), _LAST_DAY + 1))
            return day, _FIRST_DAY <= day <= _LAST_DAY
        case "int":
            return rng.choice((0, 1, -1, 2**31 - 1, -(2**31))), True
        case "boolean":
            return rng.random() < 0.5, True
        case "float" | "double":
            return rng.choice((0.0, -1.0, 1e308, float("inf"), float("nan"))), True
        case _:
            return rng.choice(_LONGS), True


def symbol(of: Enumeration, rng: Random) -> str:
    """Any symbol of an enumeration."""
    return rng.choice(of.symbols)


def _code_point(rng: Random) -> int:
    point = rng.choice((rng.randrange(0x80), rng.randrange(0x3000), rng.randrange(0x110000)))
    return 0xFFFD if 0xD800 <= point < 0xE000 else point
