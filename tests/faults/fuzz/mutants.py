"""Input for a flow: valid records of every topic it reads, most of them mutated, by a seed."""

import io
import marshal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from random import Random
from typing import Any, NamedTuple

import fastavro
from fastavro.schema import SchemaParseException, UnknownType
from msgspec.structs import replace

from connectors.avro_type import Record, parse, without_logical_types
from connectors.stream import Received
from tests.contract.flow_run import whole_pipeline
from tests.contract.generated_records import AT, CONTRACTS, IDS, inputs_of
from tests.faults.fuzz import foreign, garbling, structure

FRAMED = 5
LARGEST = 250_000
"""Bytes of a value; an invoice of a thousand lines has a tenth of it."""
_SWOLLEN = 0.002
"""Share of the records that have thousands of lines."""
_FOREIGN_IDS = 800_000
_FOREIGN_SCHEMAS = 40
"""Schemas of other writers, for each record."""
_AT_ONCE = 3
"""How many of them one chunk meets: a reader is generated for each."""


class Mutant(NamedTuple):
    """A record to be read, and what is known about it."""

    received: Received
    sound: bool
    """Whether it keeps to its contract, so that it must be decided, however odd it is."""


class Shape(NamedTuple):
    """A record's schema in the forms that mutations need."""

    tree: Record
    plain: Any
    """For fastavro, without logical types."""

    def read(self, value: bytes) -> dict[str, Any]:
        """The fields of a framed value."""
        read: Any = fastavro.schemaless_reader(io.BytesIO(value[FRAMED:]), self.plain, None)
        return read  # type: ignore[no-any-return]  # fastavro says any

    def write(self, fields: Mapping[str, Any]) -> bytes:
        """The bytes of fields, without framing."""
        buffer = io.BytesIO()
        fastavro.schemaless_writer(buffer, self.plain, fields)
        return buffer.getvalue()


@cache
def shape_of(topic: str) -> Shape:
    """The shape of the records a topic carries."""
    record = CONTRACTS.topics[topic].record
    assert record is not None
    schema = CONTRACTS.versions[record][-1].schema
    return Shape(parse(schema), fastavro.parse_schema(without_logical_types(schema)))


class Mutants:
    """An endless supply of input for one flow."""

    def __init__(self, group: str, bases: Sequence[Received], rng: Random) -> None:
        """Mutate `bases` for a group."""
        self._group = group
        self._rng = rng
        self._bases = [(each, _packed(each)) for each in bases]
        topics = {each.topic for each in bases}
        self._foreign = {
            topic: rng.sample(foreign_shapes(topic), _AT_ONCE) for topic in sorted(topics)
        }

    def take(self, count: int, offset: int) -> list[Mutant]:
        """So many records, offsets counting from `offset`; they share some requests."""
        return [
            self._mutant(offset + number, f"{offset}-{self._rng.randrange(max(1, count // 3))}")
            for number in range(count)
        ]

    def _mutant(self, offset: int, request_id: str) -> Mutant:
        rng = self._rng
        base, fields = rng.choice(self._bases)
        record: dict[str, Any] = marshal.loads(fields)
        shape = shape_of(base.topic)
        if "request_id" in record and rng.random() < 0.9:
            record["request_id"] = request_id
        value = base.value or b""
        framing, sound = value[:FRAMED], True
        if rng.random() < _SWOLLEN:
            largest = rng.choice((LARGEST // 50, LARGEST // 2, LARGEST))
            structure.swell(
                shape.tree, record, lambda: len(framing + shape.write(record)) <= largest, rng
            )
        way = rng.random()
        if way < 0.45:
            sound = structure.mutate(shape.tree, record, rng)
        if 0.45 <= way < 0.6:
            number, other = rng.choice(self._foreign[base.topic])
            return self._around(base, offset, _written(number, other, record, shape), sound=False)
        value = framing + shape.write(record)
        if len(value) > LARGEST:
            value, sound = value[:LARGEST], False
        if 0.6 <= way < 0.85:
            sound = False
            value = rng.choice(garbling.GARBLINGS)(value, rng)
        return self._around(base, offset, value, sound)

    def _around(self, base: Received, offset: int, value: bytes | None, sound: bool) -> Mutant:
        """The value with key, headers and timestamp, which may be odd too."""
        rng = self._rng
        if rng.random() < 0.005:
            value, sound = None, False
        received = replace(base, offset=offset, value=value, timestamp=AT - 500)
        if rng.random() < 0.05:
            received = replace(received, key=garbling.key(rng))
        if rng.random() < 0.05:
            headers = garbling.headers(received.headers, self._group, rng)
            received = replace(received, headers=headers)
        if rng.random() < 0.05:
            received = replace(received, timestamp=garbling.timestamp(rng))
        return Mutant(received, sound)


def of_flow(flow: str, rng: Random) -> Mutants:
    """Input for a flow, made from what it reads when generated invoices pass through."""
    return Mutants(flow, inputs_of(flow, whole_pipeline()), rng)


@cache
def foreign_shapes(topic: str) -> Sequence[tuple[int, Any]]:
    """Ids and schemas, for fastavro, under which other writers write to a topic."""
    record = CONTRACTS.topics[topic].record
    assert record is not None
    rng = Random(topic)
    first = _FOREIGN_IDS + _FOREIGN_SCHEMAS * sorted(CONTRACTS.topics).index(topic)
    found: list[tuple[int, Any]] = []
    while len(found) < _FOREIGN_SCHEMAS:
        schema = foreign.changed(CONTRACTS.versions[record][-1].schema, rng)
        with suppress(SchemaParseException, UnknownType):
            plain = fastavro.parse_schema(without_logical_types(schema))
            IDS.foreign[first + len(found)] = schema
            found.append((first + len(found), plain))
    return found


def _written(number: int, schema: Any, record: Mapping[str, Any], ours: Shape) -> bytes:
    """A record as its foreign writer has it; our bytes under its id where it cannot be written."""
    buffer = io.BytesIO()
    try:
        fastavro.schemaless_writer(buffer, schema, record)
        body = buffer.getvalue()
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        body = ours.write(record)
    return b"\0" + number.to_bytes(4, "big") + body


def _packed(received: Received) -> bytes:
    return marshal.dumps(shape_of(received.topic).read(received.value or b""))
