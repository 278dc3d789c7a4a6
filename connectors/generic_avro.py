"""Avro by fastavro: other writers' schemas resolved to ours, and records as readable JSON.

Apart from `codec`, which a flow needs at once; a flow seldom needs this.
"""

import io
from collections.abc import Callable
from typing import Any, TypeVar, cast

import fastavro
import msgspec
from fastavro.read import SchemaResolutionError
from fastavro.schema import SchemaParseException

from connectors.avro_type import Record, Schema, UnsupportedSchema, parse, without_logical_types
from connectors.codec import Reader, Undecodable, garbled
from connectors.readable import from_readable, to_readable

T = TypeVar("T")


def resolving(
    read: Reader[T], written: Schema, ours: Schema, contract: Record, number: int
) -> Reader[T]:
    """A reader that lets fastavro resolve the writer's schema to ours, then reads ours."""
    try:
        theirs = fastavro.parse_schema(without_logical_types(written))
        plain = fastavro.parse_schema(without_logical_types(ours))
    except (SchemaParseException, KeyError, TypeError, RecursionError):
        raise Undecodable("contract_broken", f"schema {number} is not valid Avro") from None

    def resolve(value: bytes, start: int) -> T:
        try:
            resolved = fastavro.schemaless_reader(io.BytesIO(value[start:]), theirs, plain)
        except SchemaResolutionError:
            raise Undecodable(
                "contract_broken", f"schema {number} cannot be read as our {contract.name}"
            ) from None
        except Exception:
            raise Undecodable("undecodable", garbled(contract.name)) from None
        buffer = io.BytesIO()
        fastavro.schemaless_writer(buffer, plain, resolved)
        return read(buffer.getvalue(), 0)

    return resolve


def readable_reader(schema: Schema) -> Callable[[bytes], dict[str, Any]]:
    """A function that reads a record's bytes as readable JSON."""
    try:
        tree = parse(schema)
    except UnsupportedSchema:
        return _foreign_reader(schema)
    plain = fastavro.parse_schema(without_logical_types(schema))

    def read(value: bytes) -> dict[str, Any]:
        decoded = fastavro.schemaless_reader(io.BytesIO(value), plain, None)
        return cast(dict[str, Any], to_readable(tree, decoded))

    return read


def _foreign_reader(schema: Schema) -> Callable[[bytes], dict[str, Any]]:
    """A reader of records that are none of ours and use types that ours do not."""
    parsed = fastavro.parse_schema(dict(schema))

    def read(value: bytes) -> dict[str, Any]:
        decoded = fastavro.schemaless_reader(io.BytesIO(value), parsed, None)
        readable = msgspec.to_builtins(decoded, str_keys=True)
        return readable if isinstance(readable, dict) else {"value": readable}

    return read


def readable_writer(read: Reader[T], schema: Schema, contract: Record) -> Callable[[Any], T]:
    """A function that makes a record of readable JSON."""
    plain = fastavro.parse_schema(without_logical_types(schema))

    def convert(readable: Any) -> T:
        buffer = io.BytesIO()
        fastavro.schemaless_writer(buffer, plain, from_readable(contract, readable))
        return read(buffer.getvalue(), 0)

    return convert
