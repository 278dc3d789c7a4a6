"""Records to Kafka values and back: Avro behind Confluent's framing.

A value is one zero byte, the schema's id in four bytes, big-endian, and the Avro bytes. Our
own versions are read and written directly, in C or in generated Python; what those do not
cover, unusual schemas of other writers, goes through fastavro's schema resolution first.
"""

import struct
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, Protocol, TypeAlias, TypeVar, cast

import msgspec

from connectors import native
from connectors.avro_type import Record, Schema, UnsupportedSchema, parse
from connectors.binding import check
from connectors.contracts import ContractError, Contracts, Version
from connectors.reading import Malformed, reader
from connectors.writing import writer

T = TypeVar("T")

Reason: TypeAlias = Literal["not_framed", "unknown_schema", "undecodable", "contract_broken"]
"""Why a value cannot be read; dead letters carry it."""

FRAMED = 5
_UNFIT = (AttributeError, TypeError, KeyError, IndexError, ValueError, struct.error)
_BROKEN = (IndexError, KeyError, ValueError, OverflowError, struct.error)
Reader: TypeAlias = Callable[[bytes, int], T]
"""Reads a record from bytes, beginning at an offset."""


class Undecodable(Exception):
    """A value that is no record of its topic. The text holds none of its contents."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        """A reason from the closed list and a sentence for people."""
        super().__init__(sentence)
        self.reason: Reason = reason


class Unencodable(Exception):
    """A record whose values do not fit its contract: a bug where it was made."""


class TooLarge(Unencodable):
    """A record with more bytes than its topic takes."""

    def __init__(self, record: str, size: int, topic: str) -> None:
        """Which record is of how many bytes."""
        super().__init__(f"{record}: {size:,} bytes are more than {topic} takes")


class UnknownSchema(LookupError):
    """No schema has that id."""


class SchemaIds(Protocol):
    """Which number stands for which schema."""

    def id_of(self, topic: str, version: Version) -> int:
        """The id under which a topic's values are written with that schema."""

    def schema_of(self, schema_id: int) -> Schema:
        """The schema of an id; raises UnknownSchema."""


class LockIds:
    """Ids from `schemas/lock.json`, for clusters without a registry."""

    def __init__(self, contracts: Contracts) -> None:
        """Ids of the versions that the lock names."""
        numbered = {(each.folder, each.version): each for each in contracts.every_version()}
        self._ids: dict[tuple[str, int], int] = {}
        self._schemas: dict[int, Schema] = {}
        for number, entry in contracts.lock.get("ids", {}).items():
            version = numbered.get((entry["record"], entry["version"]))
            if version is not None:
                self._ids[entry["record"], entry["version"]] = int(number)
                self._schemas[int(number)] = version.schema

    def id_of(self, topic: str, version: Version) -> int:
        """The id of a version, the same on every topic."""
        try:
            return self._ids[version.folder, version.version]
        except KeyError:
            raise ContractError(
                f"schemas/lock.json has no id for {version.folder} version {version.version}: "
                "run `manifold contracts lock`"
            ) from None

    def schema_of(self, schema_id: int) -> Schema:
        """The schema of an id; raises UnknownSchema."""
        try:
            return self._schemas[schema_id]
        except KeyError:
            raise UnknownSchema(schema_id) from None


class Codec:
    """Encoders and decoders of every record of the contracts."""

    def __init__(
        self, contracts: Contracts, ids: SchemaIds, *, use_native: bool = native.available
    ) -> None:
        """A codec for these contracts whose ids come from a lock or a registry."""
        self._contracts = contracts
        self._ids = ids
        self._reader_of = partial(reader, use_native=use_native)
        self._writer_of = partial(writer, use_native=use_native)
        self._generic: dict[int, tuple[str, Callable[[bytes], dict[str, Any]]]] = {}
        self._readable: dict[type[Any], Callable[[Any], dict[str, Any]]] = {}
        self._from_json: dict[type[Any], Callable[[Any], Any]] = {}

    def decoder(self, record: type[T]) -> Callable[[bytes], T]:
        """A function that reads values of the record's topic, or raises Undecodable.

        The class may be a view, with fewer fields than the contract. Raises BindingError when
        the class does not fit.
        """
        version = self._contracts.newest(self._name(record))
        contract = parse(version.schema)
        check(record, contract)
        readers: dict[bytes, Reader[T]] = {}
        name = contract.name

        def decode(value: bytes) -> T:
            try:
                read = readers[value[:FRAMED]]
            except (KeyError, TypeError):
                read = self._reader(record, version, contract, value)
                readers[value[:FRAMED]] = read
            try:
                return read(value, FRAMED)
            except Malformed as error:
                raise Undecodable("undecodable", f"the value is no {name}: {error}") from None
            except _BROKEN:
                raise Undecodable("undecodable", garbled(name)) from None

        return decode

    def encoder(self, record: type[T]) -> Callable[[T], bytes]:
        """A function that gives the framed value of a record, or raises Unencodable."""
        topic = self._contracts.topic_of(record)
        version = self._contracts.newest(self._name(record))
        prefix = b"\0" + self._ids.id_of(topic.name, version).to_bytes(4, "big")
        write = self._writer_of(record, parse(version.schema), prefix)

        def encode(value: T) -> bytes:
            try:
                return write(value)
            except OverflowError as error:
                raise Unencodable(f"{type(value).__name__}: a number is too large") from error
            except _UNFIT as error:
                raise Unencodable(_what_does_not_fit(value)) from error

        return encode

    def decode_any(self, value: bytes) -> tuple[str, dict[str, Any]]:
        """The record's name and its readable JSON, whatever record the value holds.

        Raises Undecodable.
        """
        number = schema_id(value)
        if number not in self._generic:
            from connectors.generic_avro import readable_reader

            schema = self._schema(number)
            self._generic[number] = (_record_name(schema), readable_reader(schema))
        name, read = self._generic[number]
        try:
            return name, read(value[FRAMED:])
        except Exception:
            raise Undecodable("undecodable", garbled(name)) from None

    def to_json(self, record: msgspec.Struct) -> dict[str, Any]:
        """Readable JSON of a record: decimals as strings, dates and instants in RFC 3339."""
        convert = self._readable.get(type(record))
        if convert is None:
            from connectors.generic_avro import readable_reader

            schema = self._contracts.newest(self._name(type(record))).schema
            write = self._writer_of(type(record), parse(schema))
            read = readable_reader(schema)
            convert = self._readable[type(record)] = lambda value: read(write(value))
        return convert(record)

    def from_json(self, record: type[T], readable: Any) -> T:
        """The record that readable JSON stands for.

        Raises Unreadable, a ValueError whose text names the field that does not follow the
        contract.
        """
        convert = self._from_json.get(record)
        if convert is None:
            from connectors.generic_avro import readable_writer

            schema = self._contracts.newest(self._name(record)).schema
            contract = parse(schema)
            read = self._reader_of(record, contract, contract)
            convert = self._from_json[record] = readable_writer(read, schema, contract)
        return cast(T, convert(readable))

    def _name(self, record: type[Any]) -> str:
        topic = self._contracts.topic_of(record)
        assert topic.record is not None
        return self._contracts.versions[topic.record][-1].record

    def _schema(self, number: int) -> Schema:
        try:
            return self._ids.schema_of(number)
        except UnknownSchema:
            raise Undecodable(
                "unknown_schema",
                f"no schema has the id {number}: its producer has to register it, or send with "
                "the ids of schemas/lock.json",
            ) from None

    def _reader(
        self, record: type[T], version: Version, contract: Record, value: bytes
    ) -> Reader[T]:
        """The reader for the schema that a value was written with."""
        number = schema_id(value)
        written = self._schema(number)
        if _record_name(written) != contract.name:
            raise Undecodable(
                "contract_broken",
                f"schema {number} is a {_record_name(written)}, and this topic carries "
                f"{contract.name}",
            )
        try:
            return self._reader_of(record, parse(written), contract)
        except (UnsupportedSchema, RecursionError):
            from connectors.generic_avro import resolving

            read = self._reader_of(record, contract, contract)
            return resolving(read, written, version.schema, contract, number)


def schema_id(value: bytes) -> int:
    """The id of the schema that a value was written with. Raises Undecodable when it has none."""
    if not isinstance(value, bytes) or len(value) < FRAMED or value[0] != 0:
        raise Undecodable(
            "not_framed",
            "the value does not begin with a zero byte and a schema id: use an Avro serializer "
            "with Confluent framing",
        )
    return int.from_bytes(value[1:FRAMED], "big")


def _record_name(schema: Any) -> str:
    name = schema.get("name", schema.get("type")) if isinstance(schema, dict) else schema
    return str(name).rpartition(".")[2]


def garbled(name: str) -> str:
    """What is said of a value that cannot be read."""
    return f"the value is no {name}: it ends early or is garbled"


def _what_does_not_fit(value: Any) -> str:
    """The field whose value its declared type does not allow, without the value."""
    name = type(value).__name__
    try:
        msgspec.convert(msgspec.to_builtins(value), type(value))
    except (msgspec.ValidationError, TypeError) as error:
        where = str(error).rpartition(" - at `$")[2].rstrip("`")
        return f"{name}{where} has a value its contract does not allow"
    return f"{name} has a value its contract does not allow"
