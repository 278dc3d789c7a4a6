"""Programs of the native codec for reading records."""

from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import NODEFAULT
from msgspec.structs import fields

from connectors.avro_type import Array, AvroType, Enumeration, Nullable, Record
from connectors.binding import arrangement
from connectors.native.extension import NULL_LAST, UNION, extension
from connectors.reading_plan import (
    Keep,
    Malformed,
    Reading,
    Skip,
    Take,
    TakeArray,
    TakeRecord,
    TakeSymbol,
    TakeUnion,
)

_MANDATORY = 4
_FIXED = {"float": 4, "double": 8, "boolean": 1}
_NOWHERE = -1
_ONLY = 0
_Step: TypeAlias = tuple[str, int, int, Any]
"""Its name, how it stands in a union, where its value goes, and what it is about."""


def reader(plan: TakeRecord) -> Callable[[bytes, int], Any]:
    """A function that carries out a plan on bytes from an offset to their end."""
    made: Callable[[bytes, int], Any] = extension().Reader(_record(plan), Malformed)
    return made


def _record(plan: TakeRecord) -> tuple[Any, ...]:
    """The class, how its instances are made, the names of the values, the steps, the constants."""
    constants = dict(plan.constants)
    given = {name for name, _ in plan.fields if name is not None} | constants.keys()
    direct = _has_slots(plan.struct)
    if direct:
        lacking = {field.name: field for field in fields(plan.struct) if field.name not in given}
        direct = all(field.default is not NODEFAULT for field in lacking.values())
        if direct:
            constants.update((name, field.default) for name, field in lacking.items())
    positional, keywords = arrangement(plan.struct, given | constants.keys())
    names = (*positional, *keywords)
    steps = tuple(
        step
        for name, reading in plan.fields
        for step in _steps(reading, _NOWHERE if name is None else names.index(name))
    )
    placed = tuple((names.index(name), value) for name, value in constants.items())
    return plan.struct, direct, names, len(positional), steps, placed


def _has_slots(struct: type[Any]) -> bool:
    """Whether an instance is no more than its fields, so that filling them makes one."""
    config = struct.__struct_config__
    extras = config.gc is not False or config.weakref or config.dict
    return not extras and not hasattr(struct, "__post_init__")


def _steps(plan: Reading, target: int) -> list[_Step]:
    match plan:
        case Skip(skipped):
            return _skip(skipped)
        case Keep(kept):
            return [("keep", 0, target, tuple(_skip(kept)))]
        case Take(kind):
            return [(kind, 0, target, None)]
        case TakeSymbol(symbols):
            return [("symbol", 0, target, symbols)]
        case TakeUnion(null_first, nullable, value):
            flags = _union(null_first) | (0 if nullable else _MANDATORY)
            ((name, _, _, about),) = _steps(value, target)
            return [(name, flags, target, about)]
        case TakeArray(items):
            return [("array", 0, target, tuple(_steps(items, _ONLY)))]
        case TakeRecord():
            return [("record", 0, target, _record(plan))]


def _skip(skipped: AvroType) -> list[_Step]:
    match skipped:
        case Record():
            return [step for field in skipped.fields for step in _skip(field.type)]
        case Nullable(value, null_first):
            steps = _skip(value)
            if len(steps) > 1 or steps[0][1]:
                steps = [("skip group", 0, _NOWHERE, tuple(steps))]
            ((name, _, _, about),) = steps
            return [(name, _union(null_first), _NOWHERE, about)]
        case Array(items):
            return [("skip array", 0, _NOWHERE, tuple(_skip(items)))]
        case Enumeration():
            return [("skip number", 0, _NOWHERE, None)]
    if skipped.kind in _FIXED:
        return [("skip fixed", 0, _NOWHERE, _FIXED[skipped.kind])]
    text = skipped.kind in ("string", "bytes", "decimal")
    return [("skip span" if text else "skip number", 0, _NOWHERE, None)]


def _union(null_first: bool) -> int:
    return UNION if null_first else UNION | NULL_LAST
