"""Writers of Avro bytes, generated once per record: straight-line Python from Struct to bytes."""

from collections.abc import Callable
from datetime import date
from struct import Struct
from typing import Any, TypeVar

import msgspec

from connectors.avro_type import Array, AvroType, Enumeration, Field, Nullable, Plain, Record
from connectors.binding import BindingError, check, keeps_bytes, struct_type, without_none

T = TypeVar("T")

_EPOCH = date(1970, 1, 1).toordinal()
_KEPT = 4096
_INT_LIMIT = 2**31
_LONG_LIMIT = 2**63


class Integers(dict[int, bytes]):
    r"""Avro's variable-length form of every integer; those used lately are kept.

    Lengths come again and again, and so does the instant of a batch.

    >>> integers = Integers()
    >>> integers[0], integers[-1], integers[64]
    (b'\x00', b'\x01', b'\x80\x01')
    """

    def __init__(self, limit: int = _LONG_LIMIT) -> None:
        super().__init__()
        self.limit = limit

    def __missing__(self, number: int) -> bytes:
        """The bytes of an integer seen for the first time."""
        if not -self.limit <= number < self.limit:
            raise OverflowError("an integer is longer than its type")
        rest = (number << 1) ^ (number >> 63)
        parts = bytearray()
        while rest > 127:
            parts.append(rest & 127 | 128)
            rest >>= 7
        parts.append(rest)
        encoded = bytes(parts)
        if len(self) >= _KEPT:
            self.clear()
        self[number] = encoded
        return encoded


def writer(struct: type[T], contract: Record, prefix: bytes = b"") -> Callable[[T], bytes]:
    """A function that gives the Avro bytes of a Struct behind a prefix.

    Fields that the Struct lacks take the contract's default. Raises BindingError when the
    Struct does not fit the contract. The function raises one of Python's own errors for a
    value that its declared type would not allow.
    """
    check(struct, contract)
    source = _Source()
    source.emit(0, "def write(r):")
    parts = source.record(1, "r", contract, struct_type(struct), struct.__name__)
    opening = source.constant("prefix", prefix)
    source.emit(1, f"return join(({opening}, {', '.join(parts)},))")
    exec(compile(source.text, f"<writer of {struct.__name__}>", "exec"), source.names)
    write: Callable[[T], bytes] = source.names["write"]
    return write


class _Source:
    """The text of a writer under construction and the names it uses."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.counter = 0
        self.names: dict[str, Any] = {
            "join": b"".join,
            "number": Integers(),
            "small": Integers(_INT_LIMIT),
            "sizes": tuple(Integers()[size] for size in range(13)),
            "double": Struct("<d").pack,
            "single": Struct("<f").pack,
            "boolean": {False: b"\0", True: b"\1"},
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
        self, depth: int, of: str, record: Record, struct: msgspec.inspect.StructType, path: str
    ) -> list[str]:
        """Emit what a record's fields need; the expressions that give its bytes in order."""
        wanted = {field.name: field.type for field in struct.fields}
        parts = []
        for field in record.fields:
            where = f"{path}.{field.name}"
            if field.name not in wanted:
                parts.append(self.constant("default", _default(field, where)))
                continue
            name = self.fresh(field.name)
            self.emit(depth, f"{name} = {of}.{field.name}")
            parts.append(self.value(depth, name, field.type, wanted[field.name], where))
        return parts

    def value(
        self, depth: int, name: str, found: AvroType, wanted: msgspec.inspect.Type, path: str
    ) -> str:
        """Emit what one value needs; the expression that gives its bytes."""
        if keeps_bytes(found, wanted):
            return name
        if isinstance(found, Nullable):
            null, some = (b"\0", b"\2") if found.null_first else (b"\2", b"\0")
            into = self.fresh("part")
            self.emit(depth, f"if {name} is None:", f"    {into} = {null!r}", "else:")
            inner = self.value(depth + 1, name, found.value, without_none(wanted), path)
            self.emit(depth + 1, f"{into} = {some!r} + {inner}")
            return into
        wanted = without_none(wanted)
        if isinstance(found, Record):
            assert isinstance(wanted, msgspec.inspect.StructType)
            parts = self.record(depth, name, found, wanted, path)
            return f"join(({', '.join(parts)},))"
        if isinstance(found, Array):
            assert isinstance(wanted, msgspec.inspect.VarTupleType)
            return self.array(depth, name, found, wanted, path)
        if isinstance(found, Enumeration):
            codes = {symbol: Integers()[index] for index, symbol in enumerate(found.symbols)}
            return f"{self.constant('symbols', codes)}[{name}]"
        return self.plain(depth, name, found)

    def array(
        self, depth: int, name: str, found: Array, wanted: msgspec.inspect.VarTupleType, path: str
    ) -> str:
        into, items, item = self.fresh("part"), self.fresh("items"), self.fresh("item")
        self.emit(depth, f"if {name}:", f"    {items} = [number[len({name})]]")
        self.emit(depth + 1, f"for {item} in {name}:")
        encoded = self.value(depth + 2, item, found.items, wanted.item_type, path)
        self.emit(depth + 2, f"{items}.append({encoded})")
        self.emit(depth + 1, f"{items}.append(b'\\0')", f"{into} = join({items})")
        self.emit(depth, "else:", f"    {into} = b'\\0'")
        return into

    def plain(self, depth: int, name: str, found: Plain) -> str:
        kind = found.kind
        if kind in ("string", "bytes"):
            if kind == "string":
                self.emit(depth, f"{name} = {name}.encode()")
            return f"number[len({name})] + {name}"
        if kind == "decimal":
            size = self.fresh("size")
            self.emit(depth, f"{size} = ({name} ^ ({name} >> 127)).bit_length() // 8 + 1")
            return f"sizes[{size}] + {name}.to_bytes({size}, 'big', signed=True)"
        if kind == "date":
            return f"small[{name}.toordinal() - {_EPOCH}]"
        expression = {
            "int": "small[{}]",
            "boolean": "boolean[{}]",
            "float": "single({})",
            "double": "double({})",
        }
        return expression.get(kind, "number[{}]").format(name)


def _default(field: Field, path: str) -> bytes:
    """The bytes of a default."""
    if field.has_default:
        if field.default is None and isinstance(field.type, Nullable):
            return b"\0" if field.type.null_first else b"\2"
        if field.default == [] and isinstance(field.type, Array):
            return b"\0"
        if isinstance(field.type, Plain) and field.type.kind in ("int", "long", "instant"):
            return Integers()[field.default]
        if isinstance(field.type, Plain) and field.type.kind == "boolean":
            return b"\1" if field.default else b"\0"
        if isinstance(field.type, Plain) and field.type.kind == "string":
            text: bytes = field.default.encode()
            return Integers()[len(text)] + text
        if isinstance(field.type, Enumeration):
            return Integers()[field.type.symbols.index(field.default)]
    raise BindingError(f"{path} is in the contract and has no default: declare it in the Struct")
