"""The invoice's records from plain JSON values in our own field names, and back.

A record's own type hints say what each field takes. What is missing or null is None; a field we
do not know, or a value we do not understand, is refused by its path.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, partial
from typing import Any, Literal, TypeAlias, TypeVar, get_args, get_origin

from msgspec import Struct
from msgspec.structs import FieldInfo, fields

from connectors.einvoice.reading import Unreadable
from operators import money
from operators.invoice import Account, Party, Payment, TaxRepresentative
from operators.money import Amount
from operators.time import Instant

Record = TypeVar("Record", bound=Struct)
Reader: TypeAlias = Callable[[object, str], object]
"""Turns a JSON value into a field's value; the path is for the message when it cannot."""

_NOT_MONEY = frozenset({"percent", "rate", "vat_rate", "quantity", "base_quantity"})
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_TEXT = 100_000
"""Characters of a text: more than any note has, and far less than a record takes."""
_EXPONENT = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?[eE][+-]?\d{1,2}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Number(str):
    """A JSON number as it was written, so that it never passes through a float."""

    __slots__ = ()


def to_json(value: Struct) -> dict[str, Any]:
    """An invoice, or a part of one, as plain JSON values that `read` takes back unchanged.

    Amounts are strings, days ISO 8601; what is None or empty is left out.

    >>> from operators.invoice import Line
    >>> to_json(Line(id="1", quantity=money.parse("3"), net=money.parse("59.7")))
    {'id': '1', 'quantity': '3', 'net': '59.70'}
    """
    plain = {name: _plain(name, getattr(value, name)) for name in value.__struct_fields__}
    return {name: part for name, part in plain.items() if part is not None}


def build(kind: type[Record], value: object, path: str = "") -> Record:
    """A record from a JSON object whose numbers are `Number`; raises Unreadable."""
    if not isinstance(value, dict):
        raise _bad(path or "What is given", "has to be an object, {…}")
    readers, required = _readers(kind)
    for name in value:
        if name not in readers:
            raise _unknown(kind, name, path)
    before = f"{path}." if path else ""
    # Most fields of an invoice are not there: what is given is gone through, not what could be.
    found = {
        name: readers[name](part, before + name) for name, part in value.items() if part is not None
    }
    for name in required:
        if name not in found:
            found[name] = readers[name](None, before + name)
    return kind(**found)


def _plain(name: str, value: object) -> object:
    match value:
        case Struct():
            return to_json(value)
        case tuple():
            return [_plain(name, item) for item in value] or None
        case bool() | str() | None:
            return value
        case int():
            return money.render(value, 0 if name in _NOT_MONEY else 2)
        case date():
            return value.isoformat()
    raise TypeError(f"{name} is a {type(value).__name__}, which no invoice holds")


@cache
def _readers(kind: type[Struct]) -> tuple[dict[str, Reader], tuple[str, ...]]:
    """What reads each field, and which fields there have to be."""
    every = fields(kind)
    required = tuple(field.name for field in every if field.required)
    return {field.name: _reader(kind, field) for field in every}, required


def _reader(kind: type[Struct], field: FieldInfo) -> Reader:
    if (kind, field.name) in _COMPACT:
        return _compact
    return _NAMED.get(field.name) or _reader_of(field.type)


def _reader_of(kind: Any) -> Reader:
    if type(None) in get_args(kind):
        kind = next(part for part in get_args(kind) if part is not type(None))
    if get_origin(kind) is tuple:
        return partial(_many, _reader_of(get_args(kind)[0]))
    if get_origin(kind) is Literal:
        return partial(_symbol, get_args(kind))
    if issubclass(kind, Struct):
        return lambda value, path: build(kind, {} if value is None else value, path)
    return _SCALARS[kind]


def _many(read: Reader, value: object, path: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise _bad(path, "has to be a list, […]")
    return tuple(read(item, f"{path}[{index}]") for index, item in enumerate(value))


def _text(value: object, path: str) -> str | None:
    if type(value) is not str:
        raise _bad(path, "has to be text in double quotes")
    if len(value) > LONGEST_TEXT:
        raise _bad(path, f"is longer than {LONGEST_TEXT:,} characters")
    if _NO_TEXT.search(value):
        raise _bad(path, "holds a character that is no text")
    return value.strip() or None


def _compact(value: object, path: str) -> str | None:
    return "".join((_text(value, path) or "").split()) or None


def _amount(value: object, path: str) -> Amount:
    try:
        if isinstance(value, Number) and _EXPONENT.fullmatch(value):
            return money.from_decimal(Decimal(value))
        if isinstance(value, str):
            return money.parse(value)
    except ValueError:
        pass
    raise _bad(
        path,
        'has to be a number such as "1234.50", with at most 8 decimal places and 20 digits'
        " before the point",
    )


def _day(value: object, path: str) -> date:
    try:
        if type(value) is str and _DAY.fullmatch(value.strip()):
            return date.fromisoformat(value.strip())
    except ValueError:
        pass
    raise _bad(path, 'has to be a day such as "2024-01-31"')


def _flag(value: object, path: str) -> bool:
    if isinstance(value, bool):
        return value
    raise _bad(path, "has to be true or false")


def _count(value: object, path: str) -> int:
    if isinstance(value, Number) and re.fullmatch(r"[1-9]\d{0,8}", value):
        return int(value)
    raise _bad(path, "has to be a whole number from 1 on")


def _symbol(symbols: tuple[str, ...], value: object, path: str) -> str:
    if value in symbols:
        return str(value)
    raise _bad(path, f"has to be one of {', '.join(symbols)}")


def _instant(value: object, path: str) -> Instant:
    try:
        if type(value) is str and (at := datetime.fromisoformat(value)).tzinfo:
            return (at - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        pass
    raise _bad(path, 'has to be an instant such as "2024-01-31T12:00:00Z"')


_NAMED: dict[str, Reader] = {
    "attempt": _count,
    "uploaded_at": _instant,
}
_COMPACT = frozenset(
    {
        (Party, "vat_id"),
        (TaxRepresentative, "vat_id"),
        (Account, "id"),
        (Payment, "debited_account"),
    }
)
"""Identifiers that people space out."""
_SCALARS: dict[type, Reader] = {str: _text, int: _amount, date: _day, bool: _flag}


def _bad(path: str, why: str) -> Unreadable:
    return Unreadable("bad_value", f"{path} {why}.")


def _unknown(kind: type[Struct], name: str, path: str) -> Unreadable:
    close = get_close_matches(name, kind.__struct_fields__, n=1)
    hint = (
        f"Did you mean “{close[0]}”?" if close else f"Known: {', '.join(kind.__struct_fields__)}."
    )
    where = f"{path}.{name}".lstrip(".")[:120]
    return Unreadable("unknown_field", f"“{where}” is no field of {kind.__name__}. {hint}")
