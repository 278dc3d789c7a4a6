"""Values of an invoice by their paths, such as `totals.gross` or `lines[0].net`."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from operators.invoice import Invoice

_STEP = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")


@cache
def steps_of(path: str) -> Sequence[tuple[str, int | None]]:
    """The names on the way to a value, each with the place in it where it is a sequence."""
    steps = [_STEP.fullmatch(part) for part in path.split(".")]
    if not all(steps):
        raise ValueError(f"{path[:60]!r} is no path of a field")
    return [(step[1], None if step[2] is None else int(step[2])) for step in steps if step]


def value_at(invoice: Invoice, path: str) -> Any:
    """What stands at a path, None when nothing does.

    Raises ValueError when the path is none, AttributeError when there is no such field.
    """
    found: Any = invoice
    for name, index in steps_of(path):
        if found is None:
            return None
        found = getattr(found, name)
        if index is not None:
            found = found[index] if index < len(found) else None
    return found


def without(invoice: Invoice, paths: Iterable[str]) -> Invoice:
    """The invoice with nothing at these paths, each of one value.

    Where nothing stands nothing changes.
    """
    for path in paths:
        if value_at(invoice, path) is not None:
            invoice = _cleared(invoice, steps_of(path))
    return invoice


def _cleared(record: Any, steps: Sequence[tuple[str, int | None]]) -> Any:
    (name, index), *further = steps
    inner = getattr(record, name)
    if not further:
        return replace(record, **{name: None})
    if index is None:
        return replace(record, **{name: _cleared(inner, further)})
    items = list(inner)
    items[index] = _cleared(items[index], further)
    return replace(record, **{name: tuple(items)})


def paths_of(record: Struct, within: str = "") -> Iterator[str]:
    """The path of every text, number and date that is there, in the order of the record."""
    for name in record.__struct_fields__:
        value, path = getattr(record, name), f"{within}{name}"
        if isinstance(value, Struct):
            yield from paths_of(value, f"{path}.")
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, Struct):
                    yield from paths_of(item, f"{path}[{index}].")
        elif value is not None and not isinstance(value, bool):
            yield path
