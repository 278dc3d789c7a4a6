"""Readers of Avro bytes, generated once per record.

A reader is straight-line Python that walks the bytes in the writer's field order and builds
the Structs directly: no dictionary in between, fields that nobody asked for are stepped over.
"""

from collections.abc import Callable
from datetime import date
from struct import Struct
from typing import Any, NoReturn

from connectors.avro_type import Array, AvroType, Enumeration, Nullable, Record
from connectors.binding import call
from connectors.reading_plan import (
    Keep,
    Kind,
    Malformed,
    Reading,
    Skip,
    Take,
    TakeArray,
    TakeRecord,
    TakeSymbol,
    TakeUnion,
)

_EPOCH = date(1970, 1, 1).toordinal()
_DECIMAL_BYTES = 12


def reader(plan: TakeRecord) -> Callable[[bytes, int], Any]:
    """A function that carries out a plan on bytes from an offset to their end."""
    source = _Source()
    source.emit(0, "def read(b, p):")
    source.record(1, "value", plan)
    source.emit(1, "if p != len(b):", "    no_end(b, p)", "return value")
    exec(compile(source.text, f"<reader of {plan.struct.__name__}>", "exec"), source.names)
    read: Callable[[bytes, int], Any] = source.names["read"]
    return read


def malformed(reason: str) -> NoReturn:
    """Raise Malformed."""
    raise Malformed(reason)


def no_end(b: bytes, p: int) -> NoReturn:
    """Say why a record that ends at an offset does not end where its bytes do."""
    if p > len(b):
        raise IndexError("the bytes end early")
    malformed("the record does not end where its schema ends")


def varint(b: bytes, x: int, p: int) -> tuple[int, int]:
    """An unsigned variable-length integer whose first byte is `x`, and the offset behind it."""
    x &= 127
    shift = 7
    while True:
        y = b[p]
        p += 1
        x |= (y & 127) << shift
        if y < 128:
            break
        shift += 7
        if shift > 63:
            malformed("an integer is longer than 64 bits")
    if x >> 64:
        malformed("an integer is longer than 64 bits")
    return x, p


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
        if x == 0:
            malformed("an array ends with a long zero")
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
            "no_end": no_end,
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

    def record(self, depth: int, into: str, plan: TakeRecord) -> None:
        values: dict[str, str] = {}
        for name, reading in plan.fields:
            if name is not None:
                values[name] = self.fresh(name)
            self.value(depth, "" if name is None else values[name], reading)
        for name, value in plan.constants.items():
            values[name] = self.constant(name, value)
        new = self.constant("new", plan.struct)
        self.emit(depth, f"{into} = {new}({call(plan.struct, values)})")

    def value(self, depth: int, into: str, plan: Reading) -> None:
        match plan:
            case Skip(skipped):
                self.skip(depth, skipped)
            case Keep(kept):
                start = self.fresh("start")
                self.emit(depth, f"{start} = p")
                self.skip(depth, kept)
                self.emit(depth, f"{into} = b[{start}:p]")
            case Take(kind):
                self.plain(depth, into, kind)
            case TakeSymbol(symbols):
                by_byte = {2 * at: each for at, each in enumerate(symbols) if each is not None}
                self.emit(depth, f"{into} = {self.constant('symbols', by_byte)}[b[p]]", "p += 1")
            case TakeUnion():
                self.union(depth, into, plan)
            case TakeArray(items):
                self.array(depth, into, items)
            case TakeRecord():
                self.record(depth, into, plan)

    def union(self, depth: int, into: str, plan: TakeUnion) -> None:
        null, some = (0, 2) if plan.null_first else (2, 0)
        self.emit(depth, "x = b[p]", "p += 1", f"if x == {null}:")
        if plan.nullable:
            self.emit(depth + 1, f"{into} = None")
        else:
            self.emit(depth + 1, "malformed('a mandatory field is null')")
        self.emit(depth, f"elif x == {some}:")
        self.value(depth + 1, into, plan.value)
        self.emit(depth, "else:", "    malformed('a union has no such branch')")

    def array(self, depth: int, into: str, plan: Reading) -> None:
        items, item = self.fresh("items"), self.fresh("item")
        self.emit(depth, "x = b[p]", "p += 1", "if x == 0:", f"    {into} = ()", "else:")
        self.emit(depth + 1, f"{items} = []", "while x:")
        self.emit(depth + 2, "if x & 129:", "    x, p = block(b, x, p)")
        self.emit(depth + 2, f"for {self.fresh('n')} in range(x >> 1):")
        self.value(depth + 3, item, plan)
        self.emit(depth + 3, f"{items}.append({item})")
        self.bound(depth + 3)
        self.emit(depth + 2, "x = b[p]", "p += 1")
        self.emit(depth + 1, f"{into} = tuple({items})")

    def plain(self, depth: int, into: str, kind: Kind) -> None:
        if kind in ("string", "bytes"):
            self.span(depth)
            decode = ".decode()" if kind == "string" else ""
            self.emit(depth, f"{into} = b[p:q]{decode}", "p = q")
        elif kind == "decimal":
            self.emit(depth, "x = b[p]", "p += 1", f"if x > {2 * _DECIMAL_BYTES} or x & 1:")
            self.emit(depth + 1, "malformed('a decimal is longer than 28 digits')")
            self.emit(depth, "q = p + (x >> 1)", f"{into} = integer(b[p:q])")
            self.emit(depth, "if x and b[p] > 127:", f"    {into} -= 1 << (x << 2)", "p = q")
        elif kind in ("int", "long", "date"):
            self.emit(depth, "x = b[p]", "p += 1", "if x > 127:", "    x, p = varint(b, x, p)")
            if kind == "int":
                self.emit(depth + 1, "if x >> 32:")
                self.emit(depth + 2, "malformed('an integer is longer than 32 bits')")
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

    def skip(self, depth: int, skipped: AvroType) -> None:
        if isinstance(skipped, Record):
            for field in skipped.fields:
                self.skip(depth, field.type)
        elif isinstance(skipped, Nullable):
            null, some = (0, 2) if skipped.null_first else (2, 0)
            self.emit(depth, "x = b[p]", "p += 1", f"if x == {some}:")
            self.skip(depth + 1, skipped.value)
            self.emit(depth, f"elif x != {null}:", "    malformed('a union has no such branch')")
        elif isinstance(skipped, Array):
            self.emit(depth, "x = b[p]", "p += 1", "while x:")
            self.emit(depth + 1, "if x & 129:", "    x, p = block(b, x, p)")
            self.emit(depth + 1, f"for {self.fresh('n')} in range(x >> 1):")
            self.skip(depth + 2, skipped.items)
            self.bound(depth + 2)
            self.emit(depth + 1, "x = b[p]", "p += 1")
        elif isinstance(skipped, Enumeration):
            self.number(depth)
        elif skipped.kind in ("string", "bytes", "decimal"):
            self.span(depth)
            self.emit(depth, "p = q")
        elif skipped.kind in ("float", "double", "boolean"):
            self.emit(depth, f"p += {FIXED[skipped.kind]}")
        else:
            self.number(depth)

    def bound(self, depth: int) -> None:
        """End a loop over items that are not looked at, whatever count the bytes give."""
        self.emit(depth, "if p > len(b):", "    no_end(b, p)")

    def number(self, depth: int) -> None:
        self.emit(depth, "while b[p] > 127:", "    p += 1", "p += 1")


FIXED = {"float": 4, "double": 8, "boolean": 1}
"""Bytes of the kinds that always have as many."""
