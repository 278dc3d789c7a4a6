"""Writers of Avro bytes, generated once per record: straight-line Python from Struct to bytes."""

from collections.abc import Callable
from datetime import date
from struct import Struct
from typing import Any

from connectors.avro_type import Scalar
from connectors.writing_plan import (
    Fixed,
    Put,
    PutArray,
    PutRecord,
    PutSymbol,
    PutUnion,
    Splice,
    Writing,
    integer,
)

_EPOCH = date(1970, 1, 1).toordinal()
_KEPT = 4096
_INT_LIMIT = 2**31
_LONG_LIMIT = 2**63


class Integers(dict[int, bytes]):
    """Avro's form of every integer; those used lately are kept.

    Lengths come again and again, and so does the instant of a batch.
    """

    def __init__(self, limit: int = _LONG_LIMIT) -> None:
        super().__init__()
        self.limit = limit

    def __missing__(self, number: int) -> bytes:
        """The bytes of an integer seen for the first time."""
        if not -self.limit <= number < self.limit:
            raise OverflowError("an integer is longer than its type")
        encoded = integer(number)
        if len(self) >= _KEPT:
            self.clear()
        self[number] = encoded
        return encoded


def writer(plan: PutRecord, prefix: bytes) -> Callable[[Any], bytes]:
    """A function that gives the Avro bytes of a Struct behind a prefix."""
    source = _Source()
    source.emit(0, "def write(r):")
    parts = source.record(1, "r", plan)
    opening = source.constant("prefix", prefix)
    source.emit(1, f"return join(({opening}, {', '.join(parts)},))")
    exec(compile(source.text, f"<writer of {plan.struct.__name__}>", "exec"), source.names)
    write: Callable[[Any], bytes] = source.names["write"]
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
            "sizes": tuple(integer(size) for size in range(13)),
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

    def record(self, depth: int, of: str, plan: PutRecord) -> list[str]:
        """Emit what a record's fields need; the expressions that give its bytes in order."""
        parts = []
        for attribute, writing in plan.fields:
            if isinstance(writing, Fixed):
                parts.append(self.constant("default", writing.value))
                continue
            name = self.fresh(attribute)
            self.emit(depth, f"{name} = {of}.{attribute}")
            parts.append(self.value(depth, name, writing))
        return parts

    def value(self, depth: int, name: str, plan: Writing) -> str:
        """Emit what one value needs; the expression that gives its bytes."""
        match plan:
            case PutUnion():
                return self.union(depth, name, plan)
            case PutRecord():
                return f"join(({', '.join(self.record(depth, name, plan))},))"
            case PutArray(items):
                return self.array(depth, name, items)
            case PutSymbol(symbols):
                codes = {symbol: integer(index) for index, symbol in enumerate(symbols)}
                return f"{self.constant('symbols', codes)}[{name}]"
            case Put(kind):
                return self.plain(depth, name, kind)
            case Splice() | Fixed():
                return name

    def union(self, depth: int, name: str, plan: PutUnion) -> str:
        null, some = (b"\0", b"\2") if plan.null_first else (b"\2", b"\0")
        into = self.fresh("part")
        self.emit(depth, f"if {name} is None:", f"    {into} = {null!r}", "else:")
        inner = self.value(depth + 1, name, plan.value)
        self.emit(depth + 1, f"{into} = {some!r} + {inner}")
        return into

    def array(self, depth: int, name: str, plan: Writing) -> str:
        into, items, item = self.fresh("part"), self.fresh("items"), self.fresh("item")
        self.emit(depth, f"if {name}:", f"    {items} = [number[len({name})]]")
        self.emit(depth + 1, f"for {item} in {name}:")
        encoded = self.value(depth + 2, item, plan)
        self.emit(depth + 2, f"{items}.append({encoded})")
        self.emit(depth + 1, f"{items}.append(b'\\0')", f"{into} = join({items})")
        self.emit(depth, "else:", f"    {into} = b'\\0'")
        return into

    def plain(self, depth: int, name: str, kind: Scalar) -> str:
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
