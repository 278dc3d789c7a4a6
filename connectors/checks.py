"""Everything that must hold of the contracts before they are merged."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from connectors import lock
from connectors.avro_type import Array, AvroType, Field, Nullable, Record, UnsupportedSchema, parse
from connectors.binding import BindingError, struct_type, without_none
from connectors.codec import Codec, LockIds, Undecodable
from connectors.compatibility import Break, breaks
from connectors.contracts import Compatibility, ContractError, Contracts, Topic, Version
from connectors.finding import Finding, schema_file, topic_file
from connectors.readable import Unreadable
from connectors.records import RECORDS


def findings(contracts: Contracts) -> tuple[Finding, ...]:
    """All that is wrong with the contracts; empty when they may be merged."""
    found = [finding for check in _CHECKS for finding in check(contracts)]
    return tuple(found)


def check_compatibility(contracts: Contracts) -> Iterator[Finding]:
    """Every version against the earlier ones, under its topic's mode."""
    for topic in contracts.topics.values():
        if topic.record is not None:
            for each in breaks(contracts.versions[topic.record], topic.compatibility):
                newer = max(each.reader, each.writer, key=lambda version: version.version)
                yield broken(each, newer, topic.compatibility)


def broken(each: Break, newer: Version, mode: Compatibility, told: str | None = None) -> Finding:
    """What a break is reported as, at the newer of its two versions."""
    file = schema_file(newer.folder, newer.version)
    message = f"{told or each} ({mode})"
    return Finding("compatibility", newer.folder, message, file=file, path=each.field)


def check_lock(contracts: Contracts) -> Iterator[Finding]:
    """The lock knows every version, and none has changed since."""
    try:
        if lock.locked(contracts) != contracts.lock:
            message = "schemas/lock.json lacks new versions: run `manifold contracts lock`"
            yield Finding("lock", lock.FILE, message, file=lock.FILE)
    except ContractError as error:
        yield Finding("lock", lock.FILE, str(error), file=lock.FILE)


def check_binding(contracts: Contracts) -> Iterator[Finding]:
    """Every record has a class that fits it, with the same defaults."""
    classes = {record.__name__: record for record in RECORDS}
    codec = _codec(contracts)
    for versions in contracts.versions.values():
        name = versions[-1].record
        file = schema_file(versions[-1].folder, versions[-1].version)
        record = classes.pop(name, None)
        if record is None:
            message = "has no class in connectors/records.py"
            yield Finding("binding", name, message, file=file)
            continue
        try:
            codec.decoder(record)
            codec.encoder(record)
            for path in _defaults(struct_type(record), parse(versions[-1].schema), ""):
                message = f"{name}.{path} has another default in the class than in the schema"
                yield Finding("binding", name, message, file=file, path=path)
        except (BindingError, ContractError, UnsupportedSchema) as error:
            yield Finding("binding", name, str(error), file=file)
    for name in classes:
        yield Finding("binding", name, "has no schema in schemas/avro")


def check_examples(contracts: Contracts) -> Iterator[Finding]:
    """Every example can be written, and read back as it was."""
    classes = {record.__name__: record for record in RECORDS}
    codec = _codec(contracts)
    for topic in contracts.topics.values():
        if topic.record is not None:
            record = classes.get(contracts.versions[topic.record][-1].record)
            for message in _example_faults(codec, record, topic):
                file = topic_file(topic.name)
                yield Finding("example", topic.name, message, file=file, path="examples")


def _example_faults(codec: Codec, record: type[Any] | None, topic: Topic) -> Iterator[str]:
    if not topic.examples:
        yield "has no example"
    for number, example in enumerate(topic.examples, 1):
        try:
            if record is not None and not _round_trips(codec, record, example):
                yield f"example {number} reads back differently"
        except (Unreadable, Undecodable, BindingError, ContractError) as error:
            yield f"example {number}: {error}"


def check_topics(contracts: Contracts) -> Iterator[Finding]:
    """Keys and personal data name fields; topics read together have equal partitions."""
    for topic in contracts.topics.values():
        for path, message in _topic_faults(contracts, topic):
            yield Finding("topic", topic.name, message, file=topic_file(topic.name), path=path)
    for flow in sorted({flow for topic in contracts.topics.values() for flow in topic.consumers}):
        counts = {topic.name: topic.partitions for topic in contracts.read_by(flow)}
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{name} has {count}" for name, count in counts.items())
            yield Finding("topic", flow, f"what it reads needs equal partitions: {told}")


def _topic_faults(contracts: Contracts, topic: Topic) -> Iterator[tuple[str, str]]:
    """The key of the contract that is wrong, and what is wrong with it."""
    if topic.record is not None:
        record = parse(contracts.versions[topic.record][-1].schema)
        named = {
            "key": topic.key.split("/"),
            "key_without": [topic.key_without] if topic.key_without else [],
            "personal_data": topic.personal_data,
        }
        for key, paths in named.items():
            for path in paths:
                if not _reaches(record, path):
                    yield key, f"{path} is not a field of {record.name}"
    elif topic.kind != "changelog":
        yield "kind", f"a {topic.kind} topic needs a record"
    if topic.kind in ("reference", "changelog") and topic.cleanup != "compact":
        yield "cleanup", f"a {topic.kind} topic has to be compacted"


_CHECKS: tuple[Callable[[Contracts], Iterator[Finding]], ...] = (
    check_compatibility,
    check_lock,
    check_binding,
    check_examples,
    check_topics,
)


def _codec(contracts: Contracts) -> Codec:
    """A codec with ids for versions that are not locked yet, which another check reports."""
    try:
        numbered = Contracts(contracts.topics, contracts.versions, lock.locked(contracts))
    except ContractError:
        numbered = contracts
    return Codec(contracts, LockIds(numbered))


def _round_trips(codec: Codec, record: type[Any], example: dict[str, Any]) -> bool:
    made = codec.from_json(record, example)
    value = codec.encoder(record)(made)
    _, readable = codec.decode_any(value)
    read = codec.decoder(record)(value)
    return bool(read == made == codec.from_json(record, readable))


def _defaults(struct: msgspec.inspect.StructType, record: Record, path: str) -> Iterator[str]:
    """Fields whose default differs between a class and its schema, nested records included."""
    ours = {field.name: field for field in struct.fields}
    for field in record.fields:
        wanted = ours.get(field.name)
        if wanted is None:
            continue
        where = f"{path}.{field.name}" if path else field.name
        if field.has_default and _default_of(wanted) != _as_python(field):
            yield where
        found, inner = _item(field.type), _inner(wanted.type)
        if isinstance(found, Record) and isinstance(inner, msgspec.inspect.StructType):
            yield from _defaults(inner, found, where)


def _item(found: AvroType) -> AvroType:
    while isinstance(found, Nullable | Array):
        found = found.value if isinstance(found, Nullable) else found.items
    return found


def _inner(wanted: msgspec.inspect.Type) -> msgspec.inspect.Type:
    wanted = without_none(wanted)
    return wanted.item_type if isinstance(wanted, msgspec.inspect.VarTupleType) else wanted


def _default_of(field: msgspec.inspect.Field) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


def _as_python(field: Field) -> Any:
    return () if field.default == [] else field.default


def _reaches(record: Record, path: str) -> bool:
    found: AvroType = record
    for name in path.split("."):
        found = _item(found)
        field = found.find(name) if isinstance(found, Record) else None
        if field is None:
            return False
        found = field.type
    return True
