"""Readers of Avro bytes, generated once per record.

A reader is straight-line Python that walks the bytes in the writer's field order and builds
the Structs directly: no dictionary in between, fields that nobody asked for are stepped over.
"""

from collections.abc import Callable
from datetime import date
from struct import Struct
from typing import Any, NoReturn, TypeVar

import msgspec

from connectors.avro_type import (
    Array,
    AvroType,
    Enumeration,
    Field,
    Nullable,
    Plain,
    Record,
    UnsupportedSchema,
)
from connectors.binding import call, check, keeps_bytes, struct_type, without_none

T = TypeVar("T")

_EPOCH = date(1970, 1, 1).toordinal()
_PROMOTIONS = {
    ("int", "long"),
    ("string", "bytes"),
    ("bytes", "string"),
    ("float", "double"),
}
_DECIMAL_BYTES = 12
_LARGEST_ENUMERATION = 64


class Malformed(Exception):
    """The bytes do not follow their schema."""


def reader(struct: type[T], writer: Record, contract: Record) -> Callable[[bytes, int], T]:
    """A function that reads a Struct from bytes written by `writer`, from an offset to their end.

    `contract` is our own version of the record: what the writer lacks has its defaults, and
    symbols that it does not know become its default symbol.

    Raises BindingError when the Struct does not fit the contract, and UnsupportedSchema when
    the writer's schema needs more than what Avro's commonest evolutions do. The function
    raises Malformed, or one of Python's own errors, for bytes that do not follow the schema.
    """
    check(struct, contract)
    source = _Source()
    source.emit(0, "def read(b, p):")
    source.record(1, "value", writer, contract, struct_type(struct))
    source.emit(1, "if p != len(b):")
    source.emit(2, "malformed('the record does not end where its schema ends')")
    source.emit(1, "return value")
    exec(compile(source.text, f"<reader of {struct.__name__}>", "exec"), source.names)
    read: Callable[[bytes, int], T] = source.names["read"]
    return read


def malformed(reason: str) -> NoReturn:
    """Raise Malformed."""
    raise Malformed(reason)


def varint(b: bytes, x: int, p: int) -> tuple[int, int]:
    """An unsigned variable-length integer whose first byte is `x`, and the offset behind it."""
    x &= 127
    shift = 7
    while True:
        y = b[p]
        p += 1
        x |= (y & 127) << shift
        if y < 128:
            return x, p
        shift += 7
        if shift > 63:
            malformed("an integer is longer than 64 bits")


def length(b: bytes, x: int, p: int) -> tuple[int, int]:
    """Twice a length whose first byte is `x`, and the offset behind it."""
    if x & 128:
        x, p = varint(b, x, p)
    if x & 1:
        malformed("a length is negative")
    return x, p


def block(b: bytes, x: int, p: int) -> tuple[int, int]:
    """Twice the number of items of an array's block whose count begins with `x`."""
    if x & 128:
        x, p = varint(b, x, p)
    if x & 1:
        x += 1
        size = b[p]
        p += 1
        if size & 128:
            _, p = varint(b, size, p)
    return x, p


class _Source:
    """The text of a reader under construction and the names it uses."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.counter = 0
        self.names: dict[str, Any] = {
            "varint": varint,
            "length": length,
            "block": block,
            "malformed": malformed,
            "integer": int.from_bytes,
            "day": date.fromordinal,
            "double": Struct("<d").unpack_from,
            "single": Struct("<f").unpack_from,
        }

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def emit(self, depth: int, *lines: str) -> None:
        self.lines.extend("    " * depth + line for line in lines)

    def fresh(self, stem: str) -> str:
        self.counter += 1
        return f"{stem}_{self.counter}"

    def constant(self, stem: str, value: Any) -> str:
        name = self.fresh(stem)
        self.names[name] = value
        return name

    def record(
        self,
        depth: int,
        into: str,
        writer: Record,
        contract: Record,
        struct: msgspec.inspect.StructType,
    ) -> None:
        wanted = {field.name: field.type for field in struct.fields}
        ours_of = {
            written.name: ours
            for ours in contract.fields
            if ours.name in wanted and (written := writer.find_for(ours)) is not None
        }
        values: dict[str, str] = {}
        for written in writer.fields:
            ours = ours_of.get(written.name)
            if ours is None:
                self.skip(depth, written.type)
            else:
                values[ours.name] = self.fresh(ours.name)
                self.value(depth, values[ours.name], written.type, ours.type, wanted[ours.name])
        for ours in contract.fields:
            if ours.name in wanted and ours.name not in values:
                values[ours.name] = self.constant(ours.name, _default(ours))
        new = self.constant("new", struct.cls)
        self.emit(depth, f"{into} = {new}({call(struct.cls, values)})")

    def value(
        self,
        depth: int,
        into: str,
        writer: AvroType,
        contract: AvroType,
        wanted: msgspec.inspect.Type,
    ) -> None:
        if keeps_bytes(contract, wanted):
            self.kept(depth, into, writer, contract)
        elif isinstance(writer, Nullable):
            null, some = (0, 2) if writer.null_first else (2, 0)
            inner = contract.value if isinstance(contract, Nullable) else contract
            self.emit(depth, "x = b[p]", "p += 1", f"if x == {null}:")
            if isinstance(contract, Nullable):
                self.emit(depth + 1, f"{into} = None")
            else:
                self.emit(depth + 1, "malformed('a mandatory field is null')")
            self.emit(depth, f"elif x == {some}:")
            self.value(depth + 1, into, writer.value, inner, without_none(wanted))
            self.emit(depth, "else:", "    malformed('a union has no such branch')")
        elif isinstance(contract, Nullable):
            self.value(depth, into, writer, contract.value, without_none(wanted))
        elif isinstance(writer, Record) and isinstance(contract, Record):
            wanted = without_none(wanted)
            assert isinstance(wanted, msgspec.inspect.StructType)
            self.record(depth, into, writer, contract, wanted)
        elif isinstance(writer, Array) and isinstance(contract, Array):
            wanted = without_none(wanted)
            assert isinstance(wanted, msgspec.inspect.VarTupleType)
            self.array(depth, into, writer, contract, wanted)
        elif isinstance(writer, Enumeration) and isinstance(contract, Enumeration):
            symbols = self.constant("symbols", _symbols(writer, contract))
            self.emit(depth, f"{into} = {symbols}[b[p]]", "p += 1")
        elif isinstance(writer, Plain) and isinstance(contract, Plain):
            if writer != contract and (writer.kind, contract.kind) not in _PROMOTIONS:
                raise UnsupportedSchema(f"{writer.kind} is not read as {contract.kind}")
            self.plain(depth, into, writer, contract)
        else:
            raise UnsupportedSchema("the writer's type is another")

    def kept(self, depth: int, into: str, writer: AvroType, contract: AvroType) -> None:
        if writer != contract:
            raise UnsupportedSchema("a field that is passed on unread has changed")
        start = self.fresh("start")
        self.emit(depth, f"{start} = p")
        self.skip(depth, writer)
        self.emit(depth, f"{into} = b[{start}:p]")

    def array(
        self,
        depth: int,
        into: str,
        writer: Array,
        contract: Array,
        wanted: msgspec.inspect.VarTupleType,
    ) -> None:
        items, item = self.fresh("items"), self.fresh("item")
        self.emit(depth, "x = b[p]", "p += 1", "if x == 0:", f"    {into} = ()", "else:")
        self.emit(depth + 1, f"{items} = []", "while x:")
        self.emit(depth + 2, "if x & 129:", "    x, p = block(b, x, p)")
        self.emit(depth + 2, f"for {self.fresh('n')} in range(x >> 1):")
        self.value(depth + 3, item, writer.items, contract.items, wanted.item_type)
        self.emit(depth + 3, f"{items}.append({item})")
        self.emit(depth + 2, "x = b[p]", "p += 1")
        self.emit(depth + 1, f"{into} = tuple({items})")

    def plain(self, depth: int, into: str, writer: Plain, contract: Plain) -> None:
        kind = writer.kind
        if kind in ("string", "bytes"):
            self.span(depth)
            decode = ".decode()" if contract.kind == "string" else ""
            self.emit(depth, f"{into} = b[p:q]{decode}", "p = q")
        elif kind == "decimal":
            self.emit(depth, "x = b[p]", "p += 1", f"if x > {2 * _DECIMAL_BYTES} or x & 1:")
            self.emit(depth + 1, "malformed('a decimal is longer than 28 digits')")
            self.emit(depth, "q = p + (x >> 1)", f"{into} = integer(b[p:q])")
            self.emit(depth, "if x and b[p] > 127:", f"    {into} -= 1 << (x << 2)", "p = q")
        elif kind in ("int", "long", "instant", "date"):
            self.emit(depth, "x = b[p]", "p += 1", "if x > 127:", "    x, p = varint(b, x, p)")
            number = "(x >> 1) ^ -(x & 1)"
            self.emit(
                depth, f"{into} = " + (f"day({_EPOCH} + ({number}))" if kind == "date" else number)
            )
        elif kind == "boolean":
            self.emit(depth, "x = b[p]", "p += 1", "if x > 1:", "    malformed('not a boolean')")
            self.emit(depth, f"{into} = x == 1")
        else:
            size, unpack = (8, "double") if kind == "double" else (4, "single")
            self.emit(depth, f"({into},) = {unpack}(b, p)", f"p += {size}")

    def span(self, depth: int) -> None:
        self.emit(depth, "x = b[p]", "p += 1", "if x & 129:", "    x, p = length(b, x, p)")
        self.emit(depth, "q = p + (x >> 1)")

    def skip(self, depth: int, writer: AvroType) -> None:
        if isinstance(writer, Record):
            for field in writer.fields:
                self.skip(depth, field.type)
        elif isinstance(writer, Nullable):
            null, some = (0, 2) if writer.null_first else (2, 0)
            self.emit(depth, "x = b[p]", "p += 1", f"if x == {some}:")
            self.skip(depth + 1, writer.value)
            self.emit(depth, f"elif x != {null}:", "    malformed('a union has no such branch')")
        elif isinstance(writer, Array):
            self.emit(depth, "x = b[p]", "p += 1", "while x:")
            self.emit(depth + 1, "if x & 129:", "    x, p = block(b, x, p)")
            self.emit(depth + 1, f"for {self.fresh('n')} in range(x >> 1):")
            self.skip(depth + 2, writer.items)
            self.emit(depth + 1, "x = b[p]", "p += 1")
        elif isinstance(writer, Enumeration) or writer.kind == "boolean":
            self.emit(depth, "p += 1")
        elif writer.kind in ("string", "bytes", "decimal"):
            self.span(depth)
            self.emit(depth, "p = q")
        elif writer.kind in ("float", "double"):
            self.emit(depth, f"p += {8 if writer.kind == 'double' else 4}")
        else:
            self.emit(depth, "while b[p] > 127:", "    p += 1", "p += 1")


def _symbols(writer: Enumeration, contract: Enumeration) -> dict[int, str]:
    """Symbols by the byte that stands for them, those we do not know replaced by our default."""
    if len(writer.symbols) > _LARGEST_ENUMERATION:
        raise UnsupportedSchema("an enumeration is longer than 64 symbols")
    known = {
        2 * index: symbol if symbol in contract.symbols else contract.default
        for index, symbol in enumerate(writer.symbols)
    }
    return {index: symbol for index, symbol in known.items() if symbol is not None}


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
