"""Values of a record by their paths, such as `lines[0].net`."""

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import fields

_STEP = re.compile(r"(\w+)(?:\[(\d+)\])?")


def at(record: object, path: str) -> object:
    """The value at a path; None as soon as a step of it leads nowhere.

    >>> from operators.invoice import Line
    >>> at(Line(id="7"), "id"), at(Line(), "allowances_charges[0].amount")
    ('7', None)
    """
    found = record
    for step in path.split("."):
        match = _STEP.fullmatch(step)
        if match is None or found is None:
            return None
        found = getattr(found, match[1], None)
        if match[2] is not None:
            items = found if isinstance(found, tuple) else ()
            found = items[int(match[2])] if int(match[2]) < len(items) else None
    return found


def leaves(record: Struct, path: str = "") -> Iterator[str]:
    """The paths of all values of a record that are there."""
    for field in fields(record):
        yield from _below(getattr(record, field.name), f"{path}.{field.name}".lstrip("."))


def _below(value: object, path: str) -> Iterator[str]:
    match value:
        case Struct():
            yield from leaves(value, path)
        case tuple():
            for index, item in enumerate(value):
                yield from _below(item, f"{path}[{index}]")
        case None:
            return
        case _:
            yield path
