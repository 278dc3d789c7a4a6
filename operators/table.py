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
