"""What a reader of a topic has to expect, made from its contract: every value at its limits.

Values are Avro's without logical types: decimals as bytes, dates and instants as numbers. Each
differs in one respect from a record in which everything is set.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.avro_type import (
    Array,
    AvroType,
    Enumeration,
    Field,
    Nullable,
    Plain,
    Record,
    Schema,
    parse,
)
from connectors.readable import from_readable
from connectors.schema_edit import edited
from operators import money

UNKNOWN_SYMBOL = "ADDED_LATER"
"""A symbol that no version has yet."""
_MANY = 200
_LATER = {"name": "added_later", "type": "string", "default": "of a later version"}


@dataclass(frozen=True)
class Variant:
    """A record that a writer may write."""

    name: str
    """The field and what is peculiar about it: `invoice.currency=null`."""
    meaning: str
    """A sentence: what it is and what a reader makes of it."""
    schema: Schema
    """What it is written with."""
    value: dict[str, Any]
    """The record."""


@dataclass(frozen=True)
class _Place:
    """A field of a record in which everything is set."""

    path: str
    record: Record
    field: Field
    value: Any
    put: Callable[[Any], dict[str, Any]]
    """The whole record with another value here."""


def variants(schema: Schema, examples: Sequence[Any] = ()) -> Iterator[Variant]:
    """The examples, then one record for every limit of every field.

    Examples are readable JSON. Raises Unreadable when one does not follow the schema.
    """
    tree = parse(schema)
    given = [from_readable(tree, each) for each in examples]
    for number, each in enumerate(given, 1):
        yield Variant(f"example-{number}", "An example of the contract.", schema, each)
    full = _typical(tree, given[0] if given else None)
    yield Variant("everything-set", "Every field that may be null has a value.", schema, full)
    places = list(_places(tree, full, "", lambda record: record))
    for place in places:
        for label, value, meaning in _alternatives(place.field.type, place.value):
            name = f"{place.path}={label}"
            yield Variant(name, f"{place.path} {meaning}", schema, place.put(value))
    yield from _older(schema, full, places)
    yield from _newer(schema, full, places)


def _older(schema: Schema, full: dict[str, Any], places: list[_Place]) -> Iterator[Variant]:
    """Written by those who do not have a field yet, or any more."""
    first = {(place.record.name, place.field.name): place for place in reversed(places)}
    for place in reversed(first.values()):
        if place.field.has_default and len(place.record.fields) > 1:
            lacking = edited(schema, _without(place.record.name, place.field.name))
            meaning = f"{place.path} is not written: a reader takes the default of its schema."
            yield Variant(f"{place.path}=absent", meaning, lacking, full)


def _newer(schema: Schema, full: dict[str, Any], places: list[_Place]) -> Iterator[Variant]:
    """Written by those who have a later version."""
    grown = edited(schema, _grown)
    for place in places:
        found, wrap = _innermost(place.field.type)
        if isinstance(found, Enumeration) and found.default is not None:
            meaning = (
                f"{place.path} is a symbol of a later version: a reader takes {found.default}, the "
                "default symbol of its schema."
            )
            changed = place.put(wrap(UNKNOWN_SYMBOL))
            yield Variant(f"{place.path}={UNKNOWN_SYMBOL}", meaning, grown, changed)
    meaning = "Every record has a field that only a later version knows: a reader steps over it."
    yield Variant("fields-added-later", meaning, edited(schema, _with_more), full)


def _innermost(found: AvroType) -> tuple[AvroType, Callable[[Any], Any]]:
    """What may be null or repeated, and how one of it becomes a value of the field."""
    if isinstance(found, Nullable):
        return _innermost(found.value)
    if isinstance(found, Array):
        inner, wrap = _innermost(found.items)
        return inner, lambda value: [wrap(value)]
    return found, lambda value: value


def _without(record: str, name: str) -> Callable[[str, dict[str, Any]], None]:
    def edit(called: str, node: dict[str, Any]) -> None:
        if called == record:
            node["fields"] = [field for field in node["fields"] if field["name"] != name]

    return edit


def _grown(_: str, node: dict[str, Any]) -> None:
    if "symbols" in node and "default" in node:
        node["symbols"].append(UNKNOWN_SYMBOL)


def _with_more(_: str, node: dict[str, Any]) -> None:
    if "fields" in node:
        node["fields"].insert(0, _LATER)


def _typical(found: AvroType, given: Any) -> Any:
    """A value in which everything is set, as given where something is."""
    if isinstance(found, Nullable):
        return _typical(found.value, given)
    if isinstance(found, Record):
        known = given if given is not None else {}
        return {each.name: _typical(each.type, known.get(each.name)) for each in found.fields}
    if isinstance(found, Array):
        return [_typical(found.items, each) for each in given or [None]]
    if given is not None:
        return given
    return found.symbols[0] if isinstance(found, Enumeration) else _PLAIN[found.kind]


def _places(
    found: AvroType, value: Any, path: str, put: Callable[[Any], dict[str, Any]]
) -> Iterator[_Place]:
    """Every field at and below a value, in the first of several where there are several."""
    if isinstance(found, Nullable):
        yield from _places(found.value, value, path, put)
    elif isinstance(found, Array):

        def put_first(first: Any) -> dict[str, Any]:
            return put([first, *value[1:]])

        yield from _places(found.items, value[0], f"{path}[]", put_first)
    elif isinstance(found, Record):
        for field in found.fields:
            yield from _field(found, field, value, path, put)


def _field(
    record: Record,
    field: Field,
    value: dict[str, Any],
    path: str,
    put: Callable[[Any], dict[str, Any]],
) -> Iterator[_Place]:
    def put_here(new: Any) -> dict[str, Any]:
        return put({**value, field.name: new})

    where = f"{path}.{field.name}" if path else field.name
    inner = value[field.name]
    yield _Place(where, record, field, inner, put_here)
    yield from _places(field.type, inner, where, put_here)


def _alternatives(found: AvroType, value: Any) -> Iterator[tuple[str, Any, str]]:
    """A label, a value at a limit, and what is said of it."""
    if isinstance(found, Nullable):
        yield "null", None, "is null."
        yield from _alternatives(found.value, value)
    elif isinstance(found, Array):
        yield "none", [], "has no entry."
        yield "many", [value[0]] * _MANY, f"has {_MANY} entries."
        if not isinstance(found.items, Record):
            for label, each, meaning in _alternatives(found.items, value[0]):
                yield label, [each], f"has one entry, which {meaning}"
    elif isinstance(found, Enumeration):
        for symbol in found.symbols:
            yield symbol, symbol, f"is {symbol}."
    elif isinstance(found, Plain):
        for label, limit in _LIMITS[found.kind].items():
            yield label, limit, f"is {label}."


def _bytes(amount: int) -> bytes:
    return amount.to_bytes((amount ^ amount >> 127).bit_length() // 8 + 1, "big", signed=True)


_PLAIN: dict[str, Any] = {
    "string": "text",
    "bytes": b"bytes",
    "int": 1,
    "long": 1,
    "float": 0.5,
    "double": 0.5,
    "boolean": True,
    "decimal": _bytes(money.ONE),
    "date": 20_514,
    "instant": 1_772_442_900_123,
}
_LIMITS: dict[str, dict[str, Any]] = {
    "string": {"empty": "", "long": "long " * 400, "unusual": "Ünïcödé 漢字 🧾 א\u202e\n\t\"'<&"},
    "bytes": {"empty": b"", "zero": b"\0"},
    "int": {"smallest": -(2**31), "zero": 0, "largest": 2**31 - 1},
    "long": {"smallest": -(2**63), "zero": 0, "largest": 2**63 - 1},
    "float": {"zero": 0.0, "negative": -0.5},
    "double": {"smallest": -1e308, "zero": 0.0, "largest": 1e308},
    "boolean": {"true": True, "false": False},
    "decimal": {
        "smallest": _bytes(-money.LARGEST),
        "zero": _bytes(0),
        "finest": _bytes(1),
        "largest": _bytes(money.LARGEST),
    },
    "date": {"earliest": -719_162, "latest": 2_932_896},
    "instant": {"earliest": 0, "latest": 253_402_300_799_999},
}
"""Days and milliseconds from 1970: dates from year 1 to 9999, instants from 1970 on."""
