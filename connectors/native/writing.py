"""Programs of the native codec for writing records."""

from collections.abc import Callable
from typing import Any, TypeAlias

from connectors.native.extension import NULL_LAST, UNION, extension
from connectors.writing_plan import (
    Fixed,
    Put,
    PutArray,
    PutRecord,
    PutSymbol,
    PutUnion,
    Splice,
    Writing,
)

_Step: TypeAlias = tuple[str, int, str, Any]
"""Its name, how it stands in a union, the attribute it writes, and what it is about."""


def writer(plan: PutRecord, prefix: bytes) -> Callable[[Any], bytes]:
    """A function that gives the Avro bytes of a Struct behind a prefix."""
    made: Callable[[Any], bytes] = extension().Writer(_record(plan), prefix)
    return made


def _record(plan: PutRecord) -> tuple[type[Any], tuple[_Step, ...]]:
    return plan.struct, tuple(_step(writing, name) for name, writing in plan.fields)


def _step(plan: Writing, attribute: str) -> _Step:
    match plan:
        case Fixed(value):
            return "fixed", 0, attribute, value
        case Splice():
            return "splice", 0, attribute, None
        case Put(kind):
            return "long" if kind == "instant" else kind, 0, attribute, None
        case PutSymbol(symbols):
            return "symbol", 0, attribute, {symbol: at for at, symbol in enumerate(symbols)}
        case PutUnion(null_first, value):
            name, _, _, about = _step(value, attribute)
            return name, UNION if null_first else UNION | NULL_LAST, attribute, about
        case PutArray(items):
            return "array", 0, attribute, (object, (_step(items, ""),))
        case PutRecord():
            return "record", 0, attribute, _record(plan)
