"""Avro values as people and other programs write them: JSON with decimals as strings."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from connectors.avro_type import Array, AvroType, Enumeration, Nullable, Plain, Record
from operators import money
from operators.time import isoformat

_EPOCH = date(1970, 1, 1).toordinal()


class Unreadable(ValueError):
    """JSON that does not follow the contract; the text names the field, not its value."""


def to_readable(found: AvroType, value: Any) -> Any:
    """JSON of a value that was decoded without logical types.

    Decimals are plain decimal strings, dates ISO 8601, instants RFC 3339.
    """
    if isinstance(found, Nullable):
        return None if value is None else to_readable(found.value, value)
    if isinstance(found, Record):
        return {field.name: to_readable(field.type, value[field.name]) for field in found.fields}
    if isinstance(found, Array):
        return [to_readable(found.items, item) for item in value]
    if isinstance(found, Enumeration):
        return value
    if found.kind == "decimal":
        return money.render(int.from_bytes(value, "big", signed=True), 0)
    if found.kind == "date":
        return date.fromordinal(_EPOCH + value).isoformat()
    if found.kind == "instant":
        return isoformat(value)
    return value.hex() if found.kind == "bytes" else value


def from_readable(found: AvroType, value: Any, path: str = "") -> Any:
    """The value, without logical types, that readable JSON stands for; the inverse.

    Decimals may be numbers too when JSON text was parsed with decimals kept as text or
    integers; instants may be milliseconds. Raises Unreadable.
    """
    try:
        return _from_readable(found, value, path)
    except Unreadable:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        raise Unreadable(f"{path or 'the record'} is not {_noun(found)}") from error


def _from_readable(found: AvroType, value: Any, path: str) -> Any:
    if isinstance(found, Nullable):
        return None if value is None else from_readable(found.value, value, path)
    if isinstance(found, Record):
        return _record(found, value, path)
    if isinstance(found, Array):
        _expect(isinstance(value, list | tuple), found, path)
        return [
            from_readable(found.items, item, f"{path}[{index}]") for index, item in enumerate(value)
        ]
    if isinstance(found, Enumeration):
        if value not in found.symbols:
            raise Unreadable(f"{path} is none of {', '.join(found.symbols)}")
        return value
    return _plain(found, value, path)


def _record(found: Record, value: Any, path: str) -> dict[str, Any]:
    _expect(isinstance(value, Mapping), found, path)
    names = {field.name for field in found.fields}
    for unknown in sorted(set(value) - names):
        raise Unreadable(f"{_join(path, unknown)} is not a field of {found.name}")
    filled = {}
    for field in found.fields:
        where = _join(path, field.name)
        if field.name in value:
            filled[field.name] = from_readable(field.type, value[field.name], where)
        elif field.has_default:
            filled[field.name] = field.default
        else:
            raise Unreadable(f"{where} is missing")
    return filled


def _plain(found: Plain, value: Any, path: str) -> Any:
    if found.kind == "decimal":
        _expect(isinstance(value, str | int) and not isinstance(value, bool), found, path)
        amount = money.parse(str(value))
        return amount.to_bytes((amount ^ amount >> 127).bit_length() // 8 + 1, "big", signed=True)
    if found.kind == "date":
        return date.fromisoformat(value).toordinal() - _EPOCH
    if found.kind == "instant" and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        _expect(moment.tzinfo is not None, found, path)
        since = moment - datetime(1970, 1, 1, tzinfo=UTC)
        return since.days * 86_400_000 + since.seconds * 1_000 + since.microseconds // 1_000
    if found.kind in ("int", "long", "instant"):
        _expect(isinstance(value, int) and not isinstance(value, bool), found, path)
    elif found.kind in ("float", "double"):
        _expect(isinstance(value, int | float) and not isinstance(value, bool), found, path)
    elif found.kind == "boolean":
        _expect(isinstance(value, bool), found, path)
    elif found.kind == "bytes":
        return bytes.fromhex(value)
    else:
        _expect(isinstance(value, str), found, path)
    return value


def _expect(fits: bool, found: AvroType, path: str) -> None:
    if not fits:
        raise Unreadable(f"{path or 'the record'} is not {_noun(found)}")


def _noun(found: AvroType) -> str:
    if not isinstance(found, Plain):
        return "a list" if isinstance(found, Array) else "a JSON object"
    return {
        "instant": "an instant (RFC 3339 with a time zone)",
        "date": "a date (YYYY-MM-DD)",
        "decimal": "a decimal with up to eight places, written as a string",
        "string": "text",
        "boolean": "true or false",
        "bytes": "hexadecimal text",
    }.get(found.kind, "a number" if found.kind in ("float", "double") else "an integer")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
