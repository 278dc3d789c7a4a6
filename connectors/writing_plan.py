"""What a writer does for each field of a contract, in the contract's order.

A plan holds all that follows from the contract and the Struct class. It is carried out by
generated Python or by the native codec, which therefore agree.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from connectors.avro_type import (
    Array,
    AvroType,
    Enumeration,
    Field,
    Nullable,
    Plain,
    Record,
    Scalar,
)
from connectors.binding import BindingError, check, keeps_bytes, struct_type, without_none


@dataclass(frozen=True)
class Fixed:
    """Write bytes that are always the same: a default."""

    value: bytes


@dataclass(frozen=True)
class Splice:
    """Write bytes as they are: a field that was read without being understood."""


@dataclass(frozen=True)
class Put:
    """Write a plain value."""

    kind: Scalar


@dataclass(frozen=True)
class PutSymbol:
    """Write an enumeration."""

    symbols: tuple[str, ...]


@dataclass(frozen=True)
class PutUnion:
    """Write null or a value."""

    null_first: bool
    value: "Writing"


@dataclass(frozen=True)
class PutArray:
    """Write a sequence as one block."""

    items: "Writing"


@dataclass(frozen=True)
class PutRecord:
    """Write a Struct as a record: by field of the contract, the attribute's name and its form."""

    struct: type[Any]
    fields: tuple[tuple[str, "Writing"], ...]


Writing: TypeAlias = Fixed | Splice | Put | PutSymbol | PutUnion | PutArray | PutRecord


def plan(struct: type[Any], contract: Record) -> PutRecord:
    """How a Struct is written; fields that it lacks take the contract's default.

    Raises BindingError when the Struct does not fit the contract.
    """
    check(struct, contract)
    return _record(contract, struct_type(struct), struct.__name__)


def integer(number: int) -> bytes:
    r"""Avro's variable-length form of an integer.

    >>> integer(0), integer(-1), integer(64)
    (b'\x00', b'\x01', b'\x80\x01')
    """
    rest = (number << 1) ^ (number >> 63)
    parts = bytearray()
    while rest > 127:
        parts.append(rest & 127 | 128)
        rest >>= 7
    parts.append(rest)
    return bytes(parts)


def _record(record: Record, struct: msgspec.inspect.StructType, path: str) -> PutRecord:
    wanted = {field.name: field.type for field in struct.fields}
    fields: list[tuple[str, Writing]] = []
    for field in record.fields:
        where = f"{path}.{field.name}"
        if field.name in wanted:
            fields.append((field.name, _value(field.type, wanted[field.name], where)))
        else:
            fields.append((field.name, Fixed(_default(field, where))))
    return PutRecord(struct.cls, tuple(fields))


def _value(found: AvroType, wanted: msgspec.inspect.Type, path: str) -> Writing:
    if keeps_bytes(found, wanted):
        return Splice()
    wanted = without_none(wanted)
    if isinstance(found, Nullable):
        return PutUnion(found.null_first, _value(found.value, wanted, path))
    if isinstance(found, Record):
        assert isinstance(wanted, msgspec.inspect.StructType)
        return _record(found, wanted, path)
    if isinstance(found, Array):
        assert isinstance(wanted, msgspec.inspect.VarTupleType)
        return PutArray(_value(found.items, wanted.item_type, path))
    if isinstance(found, Enumeration):
        return PutSymbol(found.symbols)
    return Put(found.kind)


def _default(field: Field, path: str) -> bytes:
    """The bytes of a default."""
    if field.has_default:
        if field.default is None and isinstance(field.type, Nullable):
            return b"\0" if field.type.null_first else b"\2"
        if field.default == [] and isinstance(field.type, Array):
            return b"\0"
        if isinstance(field.type, Plain) and field.type.kind in ("int", "long", "instant"):
            return integer(field.default)
        if isinstance(field.type, Plain) and field.type.kind == "boolean":
            return b"\1" if field.default else b"\0"
        if isinstance(field.type, Plain) and field.type.kind == "string":
            text: bytes = field.default.encode()
            return integer(len(text)) + text
        if isinstance(field.type, Enumeration):
            return integer(field.type.symbols.index(field.default))
    raise BindingError(f"{path} is in the contract and has no default: declare it in the Struct")
