"""Whether this program can read the state that another version has written, and all of it."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from connectors.browse import Tell, every_partition, read_between, start_offsets
from connectors.changelog_table import TableType
from connectors.pages import entries_of


class StateFound(msgspec.Struct, frozen=True):
    """What stands in a table's changelog."""

    topic: str
    values: int
    """Values read, outdated ones among them."""
    unreadable: int
    """Keys whose latest value this program cannot read: a flow would not start."""
    problem: str
    """Of the first of them; empty when there is none."""
    lossy: int
    """Values with something that this program does not know, and would drop when it writes them."""
    unknown: str
    """Where, in the first of them; empty when there is none."""


def check_state(
    kafka: Mapping[str, str],
    tables: Mapping[str, TableType],
    counts: Mapping[str, int],
    tell: Tell | None = None,
) -> list[StateFound]:
    """What the changelogs of `tables` hold, `counts` being their numbers of partitions.

    Reads them whole, as a start does; remembers only the keys that cannot be read. Raises
    KafkaException.
    """
    checks = {topic: _Check(topic, tables[topic]) for topic in counts}
    starts = start_offsets(kafka, every_partition(counts))
    for record in read_between(kafka, starts, tell=tell):
        checks[record.topic].take(record.partition, record.key or b"", record.value)
    return [check.found() for check in checks.values()]


class _Check:
    def __init__(self, topic: str, table: TableType) -> None:
        self._topic = topic
        self._decode: Callable[[bytes], Any] = msgspec.msgpack.Decoder(table.value).decode
        self._values = self._lossy = 0
        self._unknown = ""
        self._problems: dict[tuple[int, str], str] = {}

    def take(self, partition: int, key: bytes, value: bytes | None) -> None:
        for name, raw in entries_of(key, value):
            at = (partition, name)
            self._problems.pop(at, None)
            if raw is None:
                continue
            self._values += 1
            try:
                read = self._decode(raw)
            except msgspec.DecodeError as error:
                self._problems[at] = str(error)
                continue
            unknown = dropped(msgspec.msgpack.decode(raw), _written_again(read))
            if unknown is not None:
                self._lossy += 1
                self._unknown = self._unknown or unknown

    def found(self) -> StateFound:
        problem = next(iter(self._problems.values()), "")
        return StateFound(
            self._topic, self._values, len(self._problems), problem, self._lossy, self._unknown
        )


def _written_again(value: Any) -> Any:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(value))


def dropped(before: Any, after: Any, path: str = "") -> str | None:
    """Where something stands in `before` that is not in `after`; None when all of it is.

    Values that are different are no matter; of them only what is nested is compared.

    >>> dropped({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 2], "c": 0}) is None
    True
    >>> dropped({"a": {"b": 1, "new": 2}}, {"a": {"b": 1}})
    'a.new'
    >>> dropped([1, 2, 3], [1, 2])
    '[2]'
    """
    if isinstance(before, dict):
        if not isinstance(after, dict):
            return path or "(the value)"
        for key, value in before.items():
            where = f"{path}.{key}" if path else str(key)
            if key not in after:
                return where
            if (found := dropped(value, after[key], where)) is not None:
                return found
    elif isinstance(before, list):
        if not isinstance(after, list):
            return path or "(the value)"
        for number, value in enumerate(before):
            where = f"{path}[{number}]"
            if number >= len(after):
                return where
            if (found := dropped(value, after[number], where)) is not None:
                return found
    return None
