"""How a pure state machine sees its state and the reference data."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

Value = TypeVar("Value")
Found = TypeVar("Found", covariant=True)


class Lookup(Protocol[Found]):
    """Something to look values up in: a reference table, or a dict in a test."""

    def get(self, key: str, /) -> Found | None:
        """The value of a key, None when there is none."""


class Table(Protocol[Value]):
    """Keyed state of one partition. What is put or deleted becomes durable with the epoch."""

    def get(self, key: str, /) -> Value | None:
        """The value of a key, None when there is none."""

    def put(self, key: str, value: Value, /) -> None:
        """Set a key's value."""

    def delete(self, key: str, /) -> None:
        """Forget a key; nothing happens when it is unknown."""

    def items(self) -> Iterator[tuple[str, Value]]:
        """Keys and values in the order in which they were last put."""


class MemoryTable(Generic[Value]):
    """A `Table` that lives in memory only.

    >>> table = MemoryTable[int]()
    >>> table.put("a", 1); table.get("a"), table.get("b")
    (1, None)
    """

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}

    def get(self, key: str, /) -> Value | None:
        """The value of a key, None when there is none."""
        return self._values.get(key)

    def put(self, key: str, value: Value, /) -> None:
        """Set a key's value."""
        self._values.pop(key, None)
        self._values[key] = value

    def delete(self, key: str, /) -> None:
        """Forget a key; nothing happens when it is unknown."""
        self._values.pop(key, None)

    def items(self) -> Iterator[tuple[str, Value]]:
        """Keys and values in the order in which they were last put."""
        return iter(self._values.items())

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._values)


class Overlay(Generic[Value]):
    """A `Table` over another one that is never changed: what is written is thrown away with it.

    >>> under = MemoryTable[int]()
    >>> under.put("a", 1)
    >>> over = Overlay(under)
    >>> over.delete("a"); over.put("b", 2)
    >>> list(over.items()), list(under.items())
    ([('b', 2)], [('a', 1)])
    """

    def __init__(self, under: Table[Value]) -> None:
        self._under = under
        self._changed: dict[str, Value | None] = {}
        """What is different, in the order of the last change; None is deleted."""

    def get(self, key: str, /) -> Value | None:
        """The value of a key, None when there is none."""
        if key in self._changed:
            return self._changed[key]
        return self._under.get(key)

    def put(self, key: str, value: Value, /) -> None:
        """Set a key's value."""
        self._changed.pop(key, None)
        self._changed[key] = value

    def delete(self, key: str, /) -> None:
        """Forget a key; nothing happens when it is unknown."""
        self._changed.pop(key, None)
        self._changed[key] = None

    def items(self) -> Iterator[tuple[str, Value]]:
        """Keys and values in the order in which they were last put."""
        for key, value in self._under.items():
            if key not in self._changed:
                yield key, value
        for key, changed in self._changed.items():
            if changed is not None:
                yield key, changed
