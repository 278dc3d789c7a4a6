"""Hypothesis strategies for schemas, views of them and their later versions, and Avro bytes."""

import struct
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
from hypothesis import strategies as st

from connectors.avro_type import Array, AvroType, Enumeration, Field, Nullable, Plain, Record
from connectors.writing_plan import integer
from tests.contract.avro_values import PLAIN

_PYTHON: dict[str, Any] = {
    "string": str,
    "bytes": bytes,
    "float": float,
    "double": float,
    "boolean": bool,
    "date": date,
}


def types(depth: int = 2) -> st.SearchStrategy[AvroType]:
    """Types, nested so deep at most."""
    plain: st.SearchStrategy[AvroType] = st.sampled_from([Plain(kind) for kind in PLAIN])  # type: ignore[arg-type]  # each of the literals
    enumeration = st.integers(1, 64).map(
        lambda count: Enumeration(tuple(f"S{number}" for number in range(count)), "S0")
    )
    if depth == 0:
        return plain | enumeration
    inner = types(depth - 1)
    bare = plain | enumeration | inner.map(Array) | records(depth - 1)
    return bare | st.builds(Nullable, bare, st.booleans())


def records(depth: int = 2) -> st.SearchStrategy[Record]:
    """Records."""
    return st.lists(types(depth), min_size=1, max_size=5).map(
        lambda fields: Record(
            "R", tuple(Field(f"f{number}", of) for number, of in enumerate(fields))
        )
    )


@st.composite
def views(draw: st.DrawFn, contract: Record, whole: bool = False) -> type[Any]:
    """Structs with a record's fields, some or the whole, made and arranged in one of many ways."""
    fields = list(contract.fields)
    if not whole:
        fields = [field for field in draw(st.permutations(fields)) if draw(st.booleans())]
    own: Any = draw(st.sampled_from([None, 7, msgspec.field(default_factory=list)]))
    made: type[Any] = msgspec.defstruct(
        "View",
        [(field.name, draw(_python(field.type, whole))) for field in fields]
        + ([] if own is None else [("own", Any, own)]),
        frozen=True,
        kw_only=draw(st.booleans()),
        gc=draw(st.booleans()),
    )
    return made


def _python(of: AvroType, whole: bool) -> st.SearchStrategy[Any]:
    if isinstance(of, Nullable):
        return _python(of.value, whole).map(lambda inner: inner | None)
    if isinstance(of, Array):
        items = _python(of.items, whole)
        return items.map(_tuple_of) | st.just(bytes)
    if isinstance(of, Record):
        return views(of, whole) | st.just(bytes)
    if isinstance(of, Enumeration):
        return st.just(str)
    return st.just(_PYTHON.get(of.kind, int))


def _tuple_of(item: Any) -> Any:
    return tuple.__class_getitem__((item, ...))


@st.composite
def versions(draw: st.DrawFn, contract: Record) -> Record:
    """What other writers might use: fields in another order, gone, new, wrapped or smaller."""
    fields = []
    for field in draw(st.permutations(contract.fields)):
        change = draw(st.sampled_from(["none"] * 6 + ["gone", "wrapped", "bare", "inner"]))
        of = field.type
        if change == "wrapped" and not isinstance(of, Nullable):
            of = Nullable(of, draw(st.booleans()))
        elif change == "bare" and isinstance(of, Nullable):
            of = of.value
        elif change == "inner" and isinstance(of, Record):
            of = draw(versions(of))
        elif change == "inner" and isinstance(of, Enumeration):
            of = Enumeration((*of.symbols[1:63], "NEW"), None)
        elif change == "inner" and isinstance(of, Plain):
            smaller = {"long": "int", "double": "float", "string": "bytes", "bytes": "string"}
            of = Plain(smaller.get(of.kind, of.kind))  # type: ignore[arg-type]  # each of the literals
        if change != "gone":
            fields.append(replace(field, type=of))
    for number in range(draw(st.integers(0 if fields else 1, 2))):
        at = draw(st.integers(0, len(fields)))
        fields.insert(at, Field(f"new{number}", draw(types(2))))
    return Record(contract.name, tuple(fields))


def encoded(of: AvroType, value: Any) -> bytes:
    """The Avro bytes of a value as `avro_values.values` invents it."""
    if isinstance(of, Nullable):
        null, some = (b"\0", b"\2") if of.null_first else (b"\2", b"\0")
        return null if value is None else some + encoded(of.value, value)
    if isinstance(of, Array):
        items = b"".join(encoded(of.items, item) for item in value)
        return (integer(len(value)) + items if value else b"") + b"\0"
    if isinstance(of, Enumeration):
        return integer(of.symbols.index(value))
    if isinstance(of, Record):
        return b"".join(encoded(field.type, value[field.name]) for field in of.fields)
    match of.kind:
        case "string":
            return integer(len(value.encode())) + bytes(value.encode())
        case "bytes" | "decimal":
            return integer(len(value)) + bytes(value)
        case "float":
            return struct.pack("<f", value)
        case "double":
            return struct.pack("<d", value)
        case "boolean":
            return bytes([value])
    return integer(value)


@st.composite
def damaged(draw: st.DrawFn, value: bytes) -> bytes:
    """The bytes after one to three injuries."""
    bad = bytearray(value)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(bad)))
        match draw(st.sampled_from(["flip", "insert", "cut", "drop", "long"])):
            case "flip" if at < len(bad):
                bad[at] = draw(st.integers(0, 255))
            case "insert":
                bad[at:at] = draw(st.binary(max_size=3))
            case "cut":
                del bad[at:]
            case "drop":
                del bad[at : at + draw(st.integers(1, 4))]
            case "long":
                bad[at : at + 1] = b"\xff" * draw(st.integers(1, 10)) + b"\x01"
    return bytes(bad)
