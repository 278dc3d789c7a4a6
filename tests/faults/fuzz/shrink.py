"""Makes a record that goes wrong as small as it can be while it still does."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from connectors.stream import Received
from tests.faults.fuzz import structure
from tests.faults.fuzz.mutants import FRAMED, Shape, shape_of

_TRIES = 400


def shrunk(received: Received, still: Callable[[Received], bool]) -> Received:
    """The smallest record found for which `still` holds."""
    tries = iter(range(_TRIES))
    plainer: list[dict[str, Any]] = [{"headers": []}, {"key": None}, {"timestamp": 0}]
    for plain in plainer:
        found = replace(received, **plain)
        if next(tries, None) is not None and still(found):
            received = found
    fields = fields_of(received)
    if fields is None:
        return received
    shape, prefix = shape_of(received.topic), (received.value or b"")[:FRAMED]
    changed = True
    while changed:
        changed = False
        for take in structure.smaller(shape.tree, fields):
            if next(tries, None) is None:
                return received
            back = take()
            smaller = replace(received, value=prefix + shape.write(fields))
            if smaller.value != received.value and still(smaller):
                received, changed = smaller, True
                break
            back()
    return received


def fields_of(received: Received) -> dict[str, Any] | None:
    """What a record says under its topic's schema; None when it is something else."""
    shape: Shape = shape_of(received.topic)
    try:
        fields = shape.read(received.value or b"")
        same = shape.write(fields) == (received.value or b"")[FRAMED:]
    except Exception:
        return None
    return fields if same else None
