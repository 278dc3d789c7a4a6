"""What a reader does with each field of a writer, in the writer's order.

A plan holds all that follows from the writer's schema, our contract and the Struct class. It
is carried out by generated Python or by the native codec, which therefore agree.
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

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
    UnsupportedSchema,
)
from connectors.binding import check, keeps_bytes, struct_type, without_none

_PROMOTIONS = {
    ("int", "long"),
    ("string", "bytes"),
    ("bytes", "string"),
    ("float", "double"),
}
_LARGEST_ENUMERATION = 64
_DEEPEST = 9
"""Records and arrays within each other: a reader's stack does not depend on foreign schemas."""

Kind: TypeAlias = Literal[
    "string", "bytes", "int", "long", "float", "double", "boolean", "decimal", "date"
]
_KINDS: dict[Scalar, Kind] = {
    "string": "string",
    "bytes": "bytes",
    "int": "int",
    "long": "long",
    "instant": "long",
    "float": "float",
    "double": "double",
    "boolean": "boolean",
    "decimal": "decimal",
    "date": "date",
}


class Malformed(Exception):
    """The bytes do not follow their schema."""


@dataclass(frozen=True)
class Skip:
    """Step over a value."""

    type: AvroType


@dataclass(frozen=True)
class Keep:
    """Step over a value and give its bytes."""

    type: AvroType


@dataclass(frozen=True)
class Take:
    """Read a plain value."""

    kind: Kind


@dataclass(frozen=True)
class TakeSymbol:
    """Read an enumeration; None stands for symbols that we neither know nor replace."""

    symbols: tuple[str | None, ...]


@dataclass(frozen=True)
class TakeUnion:
    """Read null or a value; `nullable` says whether null is a value for us."""

    null_first: bool
    nullable: bool
    value: "Reading"


@dataclass(frozen=True)
class TakeArray:
    """Read a sequence as a tuple."""

    items: "Reading"


@dataclass(frozen=True)
class TakeRecord:
    """Read a record as a Struct."""

    struct: type[Any]
    fields: tuple[tuple[str | None, "Reading"], ...]
    """Every field of the writer; those that are stepped over have no name."""
    constants: dict[str, Any]
    """Values of the fields that the writer lacks."""


Reading: TypeAlias = Skip | Keep | Take | TakeSymbol | TakeUnion | TakeArray | TakeRecord


def plan(struct: type[Any], writer: Record, contract: Record) -> TakeRecord:
    """How a Struct is read from bytes written by `writer`.

    Raises BindingError when the Struct does not fit the contract, and UnsupportedSchema when
    the writer's schema needs more than what Avro's commonest evolutions do.
    """
    check(struct, contract)
    if _depth(writer) > _DEEPEST:
        raise UnsupportedSchema(f"the schema nests deeper than {_DEEPEST} levels")
    return _record(writer, contract, struct_type(struct))


def _record(writer: Record, contract: Record, struct: msgspec.inspect.StructType) -> TakeRecord:
    wanted = {field.name: field.type for field in struct.fields}
    ours_of = {
        written.name: ours
        for ours in contract.fields
        if ours.name in wanted and (written := writer.find_for(ours)) is not None
    }
    fields: list[tuple[str | None, Reading]] = []
    for written in writer.fields:
        ours = ours_of.get(written.name)
        if ours is None:
            fields.append((None, Skip(written.type)))
        else:
            fields.append((ours.name, _value(written.type, ours.type, wanted[ours.name])))
    read = {name for name, _ in fields}
    constants = {
        ours.name: _default(ours)
        for ours in contract.fields
        if ours.name in wanted and ours.name not in read
    }
    return TakeRecord(struct.cls, tuple(fields), constants)


def _value(writer: AvroType, contract: AvroType, wanted: msgspec.inspect.Type) -> Reading:
    if keeps_bytes(contract, wanted):
        if writer != contract:
            raise UnsupportedSchema("a field that is passed on unread has changed")
        return Keep(writer)
    if isinstance(writer, Nullable):
        nullable = isinstance(contract, Nullable)
        inner = contract.value if isinstance(contract, Nullable) else contract
        value = _value(writer.value, inner, without_none(wanted))
        return TakeUnion(writer.null_first, nullable, value)
    if isinstance(contract, Nullable):
        return _value(writer, contract.value, without_none(wanted))
    wanted = without_none(wanted)
    if isinstance(writer, Record) and isinstance(contract, Record):
        assert isinstance(wanted, msgspec.inspect.StructType)
        return _record(writer, contract, wanted)
    if isinstance(writer, Array) and isinstance(contract, Array):
        assert isinstance(wanted, msgspec.inspect.VarTupleType)
        return TakeArray(_value(writer.items, contract.items, wanted.item_type))
    if isinstance(writer, Enumeration) and isinstance(contract, Enumeration):
        return TakeSymbol(_symbols(writer, contract))
    if isinstance(writer, Plain) and isinstance(contract, Plain):
        if writer != contract and (writer.kind, contract.kind) not in _PROMOTIONS:
            raise UnsupportedSchema(f"{writer.kind} is not read as {contract.kind}")
        return Take(_kind(writer, contract))
    raise UnsupportedSchema("the writer's type is another")


def _kind(writer: Plain, contract: Plain) -> Kind:
    """What is read: the writer's encoding, as text or bytes as the contract has it."""
    text = writer.kind in ("string", "bytes")
    return _KINDS[contract.kind if text else writer.kind]


def _depth(of: AvroType) -> int:
    """How many records and arrays stand within each other."""
    if isinstance(of, Record):
        return 1 + max(_depth(field.type) for field in of.fields)
    if isinstance(of, Array):
        return 1 + _depth(of.items)
    if isinstance(of, Nullable):
        if isinstance(of.value, Nullable):
            raise UnsupportedSchema("a union stands within a union")
        return _depth(of.value)
    return 0


def _symbols(writer: Enumeration, contract: Enumeration) -> tuple[str | None, ...]:
    """The writer's symbols, those we do not know replaced by our default."""
    if len(writer.symbols) > _LARGEST_ENUMERATION:
        raise UnsupportedSchema("an enumeration is longer than 64 symbols")
    return tuple(
        symbol if symbol in contract.symbols else contract.default for symbol in writer.symbols
    )


def _default(field: Field) -> Any:
    """The Python value of a field's default."""
    if not field.has_default:
        raise UnsupportedSchema(f"{field.name} is not in the writer's schema and has no default")
    if field.default == []:
        return ()
    plain = field.type.kind if isinstance(field.type, Plain) else ""
    if field.default is None or isinstance(field.type, Enumeration):
        return field.default
    if plain in ("string", "int", "long", "float", "double", "boolean", "instant"):
        return field.default
    raise UnsupportedSchema(f"the default of {field.name} is not taken directly")
