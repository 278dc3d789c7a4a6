"""Makes a record that goes wrong as small as it can be while it still does."""

from collections.abc import Callable, Iterator
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
    fields = _fields(received)
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


def readable(received: Received) -> Iterator[str]:
    """A record as lines for people: what is not empty in it, and its bytes."""
    yield f"topic {received.topic} offset {received.offset} timestamp {received.timestamp}"
    yield f"key {received.key!r} headers {list(received.headers)!r}"
    fields = _fields(received)
    if fields is not None:
        yield f"fields {_told(fields)!r}"
    value = received.value
    yield f"value {None if value is None else value.hex()[:4_000]}"


def _fields(received: Received) -> dict[str, Any] | None:
    shape: Shape = shape_of(received.topic)
    try:
        fields = shape.read(received.value or b"")
        same = shape.write(fields) == (received.value or b"")[FRAMED:]
    except Exception:
        return None
    return fields if same else None


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _told(each) for key, each in value.items() if each not in (None, [], "")}
    if isinstance(value, list):
        return [_told(each) for each in value]
    return value
