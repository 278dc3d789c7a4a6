"""Whether what somebody sends is what a topic carries: every field that is not, by name."""

import io
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Protocol

import fastavro

from connectors.avro_type import (
    Array,
    AvroType,
    Enumeration,
    Nullable,
    Record,
    Schema,
    parse,
    without_logical_types,
)
from connectors.codec import FRAMED, UnknownSchema
from connectors.contracts import Contracts, Topic, Version
from connectors.readable import Unreadable, from_readable, to_readable


class Schemas(Protocol):
    """Which schema stands behind an id."""

    def schema_of(self, schema_id: int) -> Schema:
        """The schema; raises UnknownSchema."""


def faults(contract: Record, sample: Any) -> Iterator[str]:
    """What is wrong with a record as readable JSON, a sentence for each field."""
    yield from _faults(contract, sample, "")


def key_in(topic: Topic, record: Mapping[str, Any]) -> str | None:
    """The key of a record as readable JSON; None when the field that is the key is not set."""
    parts = [record.get(name) for name in topic.key.split("/")]
    if None not in parts:
        return "/".join(map(str, parts))
    instead = record.get(topic.key_without) if topic.key_without else None
    return None if instead is None else str(instead)


def key_faults(topic: Topic, record: Mapping[str, Any], key: str) -> Iterator[str]:
    """What is wrong with the key that a record is sent with."""
    wanted = key_in(topic, record)
    instead = f" (where that is null, {topic.key_without})" if topic.key_without else ""
    if wanted is None:
        yield f"{topic.key}{instead} is not set, and it is the key"
    elif key != wanted:
        yield f"the key is not the record's {topic.key}{instead}"


def encoded_faults(
    contracts: Contracts, topic: Topic, value: bytes, schemas: Schemas
) -> tuple[list[str], Any]:
    """What is wrong with a value as it would lie in Kafka, and the record as readers see it."""
    newest = _newest(contracts, topic)
    if len(value) < FRAMED or value[0] != 0:
        return ["it does not begin with a zero byte and a schema id, as Confluent's framing"], None
    number = int.from_bytes(value[1:FRAMED], "big")
    try:
        written = schemas.schema_of(number)
    except UnknownSchema:
        return [f"no schema has the id {number}: register it, or use those of the contract"], None
    told = _schema_faults(contracts, topic, written)
    if told:
        return told, None
    plain, ours = (
        fastavro.parse_schema(without_logical_types(s)) for s in (written, newest.schema)
    )
    rest = io.BytesIO(value[FRAMED:])
    try:
        read = fastavro.schemaless_reader(rest, plain, ours)
    except Exception:
        return [f"the bytes after the schema id are no {newest.record}"], None
    if rest.read(1):
        return [f"bytes follow after the {newest.record}"], None
    if len(value) > topic.max_message_bytes:
        told.append(f"{len(value):,} bytes, and the topic takes {topic.max_message_bytes:,}")
    return told, to_readable(parse(newest.schema), read)


def _schema_faults(contracts: Contracts, topic: Topic, written: Schema) -> list[str]:
    """What readers of the topic's versions cannot read of what that schema writes."""
    assert topic.record is not None
    versions = contracts.versions[topic.record]
    if any(version.schema == written for version in versions):
        return []
    from connectors.compatibility import unreadable

    theirs = Version(topic.record, 0, written)
    told = {
        f"{each.field or 'the record'} {each.reason}: version {version.version} of the contract "
        "cannot read what this schema writes"
        for version in versions
        for each in unreadable(version, theirs)
    }
    return sorted(told)


def _newest(contracts: Contracts, topic: Topic) -> Version:
    assert topic.record is not None
    return contracts.versions[topic.record][-1]


def _faults(found: AvroType, value: Any, path: str) -> Iterator[str]:
    if isinstance(found, Nullable):
        if value is not None:
            yield from _faults(found.value, value, path)
    elif isinstance(found, Record) and isinstance(value, Mapping):
        yield from _record_faults(found, value, path)
    elif isinstance(found, Array) and isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _faults(found.items, item, f"{path}[{index}]")
    else:
        try:
            from_readable(found, value, path)
        except Unreadable as error:
            if isinstance(found, Enumeration):
                yield f"{error}{_near(value, found.symbols)}"
            else:
                yield f"{error} but null" if value is None else str(error)


def _record_faults(found: Record, value: Mapping[str, Any], path: str) -> Iterator[str]:
    names = [field.name for field in found.fields]
    prefix = f"{path}." if path else ""
    for unknown in sorted(set(map(str, value)) - set(names)):
        yield f"{prefix}{unknown} is not a field of {found.name}{_near(unknown, names)}"
    for field in found.fields:
        if field.name in value:
            yield from _faults(field.type, value[field.name], prefix + field.name)
        elif not field.has_default:
            yield f"{prefix}{field.name} is missing"


def _near(name: object, names: list[str] | tuple[str, ...]) -> str:
    close = get_close_matches(str(name), names, 1)
    return f": did you mean {close[0]}?" if close else ""
