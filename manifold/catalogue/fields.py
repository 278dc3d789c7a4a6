"""The fields of a record as people read them, and how they came to be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec
from fastavro.schema import expand_schema

from connectors.avro_type import Schema
from connectors.contracts import Version

_LOGICAL = {"timestamp-millis": "instant", "date": "date"}


@dataclass(frozen=True)
class FieldRow:
    """A field of a record."""

    path: str
    """As in `invoice.lines[].net`."""
    type: str
    optional: bool
    """Whether it may be null."""
    default: str | None
    """As JSON; None when a writer has to set it."""
    meaning: str
    symbols: tuple[str, ...]
    """Of an enumeration."""
    otherwise: str | None
    """The symbol that stands for those a reader does not know."""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition(".")[2]

    @property
    def depth(self) -> int:
        """How many records it stands in."""
        return self.path.count(".")


@dataclass(frozen=True)
class Change:
    """What a version has changed."""

    version: int
    sentences: tuple[str, ...]


def field_rows(schema: Schema) -> tuple[FieldRow, ...]:
    """The fields of a schema, those of inner records behind the field that holds them."""
    expanded = expand_schema(dict(schema))
    assert isinstance(expanded, dict)
    return tuple(_rows(expanded, ""))


def evolution(versions: Sequence[Version]) -> tuple[Change, ...]:
    """What each version has changed, the newest first."""
    changes = [Change(versions[0].version, ("As first agreed.",))]
    for before, after in pairwise(versions):
        sentences = tuple(_changed(before.schema, after.schema))
        changes.append(Change(after.version, sentences or ("The fields have stayed the same.",)))
    return tuple(reversed(changes))


def _changed(before: Schema, after: Schema) -> Iterator[str]:
    old = {row.path: row for row in field_rows(before)}
    new = {row.path: row for row in field_rows(after)}
    for path in _outermost(new.keys() - old.keys(), new):
        yield f"{path} added: {_described(new[path])}, default {new[path].default or 'none'}."
    for path in _outermost(old.keys() - new.keys(), old):
        yield f"{path} removed."
    for path in (path for path in new if path in old):
        yield from _field_changed(old[path], new[path])


def _outermost(paths: Set[str], order: Iterable[str]) -> Iterator[str]:
    """The paths, in their order, without those of fields within another of them."""
    within = tuple(f"{path}{mark}" for path in paths for mark in (".", "[]."))
    return (path for path in order if path in paths and not path.startswith(within))


def _field_changed(was: FieldRow, row: FieldRow) -> Iterator[str]:
    added = [symbol for symbol in row.symbols if symbol not in was.symbols]
    if added and was.symbols:
        yield f"{row.path} may also be {', '.join(added)}."
    if _described(row) != _described(was):
        yield f"{row.path} is {_described(row)} and was {_described(was)}."
    if row.default != was.default:
        yield f"{row.path} has the default {row.default or 'none'}; it was {was.default or 'none'}."


def _described(row: FieldRow) -> str:
    return f"{row.type} or null" if row.optional else row.type


def _rows(record: Mapping[str, Any], path: str) -> Iterator[FieldRow]:
    for field in record["fields"]:
        where = f"{path}.{field['name']}" if path else str(field["name"])
        inner, optional, several = _inner(field["type"])
        enum = isinstance(inner, Mapping) and inner["type"] == "enum"
        yield FieldRow(
            path=where,
            type=("list of " if several else "") + _type(inner),
            optional=optional,
            default=_json(field["default"]) if "default" in field else None,
            meaning=str(field.get("doc", "")),
            symbols=tuple(inner["symbols"]) if enum else (),
            otherwise=inner.get("default") if enum else None,
        )
        if isinstance(inner, Mapping) and inner["type"] == "record":
            yield from _rows(inner, where + "[]" * several)


def _inner(schema: Any) -> tuple[Any, bool, int]:
    """What a field holds, whether it may be null, and how many lists are around it."""
    optional, several = False, 0
    while True:
        if isinstance(schema, Mapping) and isinstance(schema["type"], Mapping | list):
            schema = schema["type"]
        elif isinstance(schema, list) and len(schema) == 2 and "null" in schema:
            optional = True
            schema = next(each for each in schema if each != "null")
        elif isinstance(schema, Mapping) and schema["type"] == "array":
            several += 1
            schema = schema["items"]
        else:
            return schema, optional, several


def _type(schema: Any) -> str:
    if isinstance(schema, str):
        return schema
    if isinstance(schema, list):
        return " or ".join(_type(each) for each in schema)
    logical = str(schema.get("logicalType", ""))
    if logical == "decimal":
        return f"decimal({schema['precision']}, {schema['scale']})"
    if schema["type"] in ("record", "enum"):
        return str(schema["name"]).rpartition(".")[2]
    return _LOGICAL.get(logical) or str(schema["type"])


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
