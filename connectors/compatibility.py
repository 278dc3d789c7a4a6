"""Whether a new version of a record can live beside the earlier ones.

Apache Avro's own checker decides. It forgets where it was inside unions, so a walk over both
schemas names the fields; the walk also sees logical types, which Avro's rules leave out. Types
that our records do not use (maps, wider unions) are judged by Avro's rules alone.
"""

import json
from collections.abc import Iterator, Sequence

import msgspec
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.errors import AvroException
from avro.schema import Schema
from avro.schema import parse as parse_avro

from connectors.avro_type import (
    Array,
    AvroType,
    Enumeration,
    Nullable,
    Plain,
    Record,
    UnsupportedSchema,
    parse,
)
from connectors.contracts import Compatibility, ContractError, Version

_UNDERLYING = {"decimal": "bytes", "date": "int", "instant": "long"}


class Break(msgspec.Struct, frozen=True):
    """A field that one version writes and another cannot read."""

    reader: Version
    """The version that cannot read."""
    writer: Version
    """The version that wrote."""
    field: str
    """Path of the field; empty for the record itself."""
    reason: str
    """What is wrong with it."""

    def __str__(self) -> str:
        """A sentence for the one who made the new version."""
        return self.told(f"version {self.reader.version}", f"version {self.writer.version}")

    def told(self, reader: str, writer: str) -> str:
        """The same sentence, with the versions called otherwise."""
        return (
            f"{self.reader.record} {self.field or '(the record)'}: {self.reason}; "
            f"{reader} cannot read what {writer} writes"
        )


def breaks(versions: Sequence[Version], mode: Compatibility) -> tuple[Break, ...]:
    """What the mode forbids between each version and those before it.

    BACKWARD: the new one reads the old; FORWARD: the old reads the new; FULL: both. With
    TRANSITIVE all earlier versions count, otherwise only the one before.
    """
    found: list[Break] = []
    for index, new in enumerate(versions):
        earlier = versions[:index] if mode.endswith("TRANSITIVE") else versions[:index][-1:]
        for old in earlier:
            found += broken_between(new, old, mode)
    return tuple(found)


def broken_between(new: Version, old: Version, mode: Compatibility) -> list[Break]:
    """What the mode forbids between a version and one before it."""
    found = []
    if mode.startswith(("BACKWARD", "FULL")):
        found += unreadable(new, old)
    if mode.startswith(("FORWARD", "FULL")):
        found += unreadable(old, new)
    return found


def unreadable(reader: Version, writer: Version) -> list[Break]:
    """What the reader's version cannot read of what the writer's version writes."""
    checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]  # avro leaves it untyped
    verdict = checker.get_compatibility(_avro(reader), _avro(writer))
    compatible = verdict.compatibility is not SchemaCompatibilityType.incompatible
    try:
        walked = list(_walk(parse(reader.schema), parse(writer.schema), ""))
    except UnsupportedSchema:
        walked = []
    named = [
        Break(reader, writer, field, reason)
        for field, reason, logical in walked
        if logical or not compatible
    ]
    if not compatible and not named:
        reason = f"{', '.join(sorted(verdict.messages))} at {', '.join(sorted(verdict.locations))}"
        named.append(Break(reader, writer, "", reason))
    return named


def _avro(version: Version) -> Schema:
    try:
        return parse_avro(json.dumps(version.schema))
    except AvroException as error:
        raise ContractError(
            f"{version.folder} version {version.version} is not valid Avro: {error}"
        ) from error


def _walk(reader: AvroType, writer: AvroType, path: str) -> Iterator[tuple[str, str, bool]]:
    """Path, reason, and whether only a logical type differs."""
    if isinstance(writer, Nullable):
        if not isinstance(reader, Nullable):
            yield path, "must not be null and could be", False
        reader = reader.value if isinstance(reader, Nullable) else reader
        yield from _walk(reader, writer.value, path)
    elif isinstance(reader, Nullable):
        yield from _walk(reader.value, writer, path)
    elif isinstance(reader, Record) and isinstance(writer, Record):
        yield from _walk_record(reader, writer, path)
    elif isinstance(reader, Array) and isinstance(writer, Array):
        yield from _walk(reader.items, writer.items, f"{path}[]")
    elif isinstance(reader, Enumeration) and isinstance(writer, Enumeration):
        unknown = sorted(set(writer.symbols) - set(reader.symbols))
        if unknown and reader.default not in reader.symbols:
            yield path, f"does not know the symbols {', '.join(unknown)}", False
    elif reader != writer:
        yield path, f"is {_noun(reader)} and was {_noun(writer)}", _only_logical(reader, writer)


def _walk_record(reader: Record, writer: Record, path: str) -> Iterator[tuple[str, str, bool]]:
    if reader.name != writer.name:
        yield path, f"is called {reader.name} and was called {writer.name}", False
    for field in reader.fields:
        where = f"{path}.{field.name}" if path else field.name
        written = writer.find_for(field)
        if written is not None:
            yield from _walk(field.type, written.type, where)
        elif not field.has_default:
            yield where, "is not written and has no default", False


def _only_logical(reader: AvroType, writer: AvroType) -> bool:
    if not isinstance(reader, Plain) or not isinstance(writer, Plain):
        return False
    plain = (_UNDERLYING.get(each.kind, each.kind) for each in (reader, writer))
    return len(set(plain)) == 1


def _noun(found: AvroType) -> str:
    return found.kind if isinstance(found, Plain) else type(found).__name__.lower()
