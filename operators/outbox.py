"""What has to be delivered, in the order in which it may be.

Units are delivered as a whole: one entry, or several that are packed together. Units of one lane
go one after the other, and one that is late holds up its own lane only.

>>> box = Outbox()
>>> box.add("a", Owed(to="erp", topic="t", offset=1, since=10, due=10, lane="r"))
>>> box.add("b", Owed(to="erp", topic="t", offset=2, since=10, due=10, lane="r"))
>>> box.due(9), box.take(10), box.take(10)
(False, Unit(name='a', keys=('a',), due=10), None)
>>> box.later("a", 20); box.take(10), box.take(20)
(None, Unit(name='a', keys=('a',), due=20))
>>> box.settled("a"); box.take(20)
Unit(name='b', keys=('b',), due=10)
"""

from collections import deque
from heapq import heappop, heappush, nsmallest

from msgspec import Struct

from operators.resumption import pause
from operators.time import Instant

LONGEST: Instant = 900_000
"""Milliseconds that a pause between two tries grows to."""


class Owed(Struct, frozen=True, array_like=True, gc=False):
    """Something that has to be delivered, and where it stands."""

    to: str
    """To which receiver, as settings call it."""
    topic: str
    offset: int
    since: Instant
    """When it was due first."""
    due: Instant
    """When it is tried next."""
    lane: str = ""
    """What goes one after the other; empty: it waits for nothing."""
    pack: str = ""
    """What is delivered in one; empty: it goes alone."""
    tries: int = 0
    """How often it has been tried in vain."""


class Unit(Struct, frozen=True):
    """What is delivered in one."""

    name: str
    keys: tuple[str, ...]
    due: Instant = 0
    """When it was."""


class _Waiting(Struct):
    keys: list[str]
    lane: str
    due: Instant
    since: Instant
    taken: bool = False


class Outbox:
    """What is owed to one receiver. Nothing in here has to be kept: it is made from the entries."""

    def __init__(self) -> None:
        self._units: dict[str, _Waiting] = {}
        self._lanes: dict[str, deque[str]] = {}
        self._heap: list[tuple[Instant, int, str]] = []
        self._number = 0

    def __len__(self) -> int:
        """Number of entries."""
        return sum(len(each.keys) for each in self._units.values())

    def add(self, key: str, owed: Owed) -> None:
        """An entry is owed; entries of a pack follow each other."""
        name = owed.pack or key
        there = self._units.get(name)
        if there is not None:
            if key not in there.keys:
                there.keys.append(key)
            return
        self._units[name] = _Waiting([key], owed.lane, owed.due, owed.since)
        if owed.lane:
            lane = self._lanes.setdefault(owed.lane, deque())
            lane.append(name)
            if lane[0] != name:
                return
        self._push(name, owed.due)

    def _push(self, name: str, due: Instant) -> None:
        self._number += 1
        heappush(self._heap, (due, self._number, name))

    def _first(self, now: Instant) -> str | None:
        while self._heap and self._heap[0][0] <= now:
            due, _, name = self._heap[0]
            there = self._units.get(name)
            if there is not None and not there.taken and there.due == due:
                return name
            heappop(self._heap)
        return None

    def due(self, now: Instant) -> bool:
        """Whether something may be delivered."""
        return self._first(now) is not None

    def since(self, now: Instant) -> Instant | None:
        """Since when that has been due which comes next; None when nothing does."""
        name = self._first(now)
        return None if name is None else self._units[name].since

    def ahead(self, most: int) -> list[str]:
        """Entries of the units that come next, about so many units."""
        names = [name for _, _, name in nsmallest(most, self._heap)]
        return [key for name in names if name in self._units for key in self._units[name].keys]

    def take(self, now: Instant) -> Unit | None:
        """What comes next; `later` or `settled` has to be told of it."""
        name = self._first(now)
        if name is None:
            return None
        heappop(self._heap)
        unit = self._units[name]
        unit.taken = True
        return Unit(name, tuple(unit.keys), unit.due)

    def later(self, name: str, due: Instant) -> None:
        """A unit was not delivered, and is due at another time."""
        unit = self._units.get(name)
        if unit is not None:
            unit.taken, unit.due = False, due
            self._push(name, due)

    def settled(self, name: str) -> None:
        """A unit is owed no longer."""
        unit = self._units.pop(name, None)
        if unit is None or not unit.lane:
            return
        lane = self._lanes[unit.lane]
        lane.remove(name)
        if not lane:
            del self._lanes[unit.lane]
        elif lane[0] in self._units and not self._units[lane[0]].taken:
            self._push(lane[0], self._units[lane[0]].due)


def next_try(tries: int, seed: str, now: Instant, asked: Instant | None = None) -> Instant:
    """When to try again what has failed so often: later each time, by a quarter of an hour at most.

    `asked`: milliseconds that the receiver wants to be left alone, of which an hour counts at most.

    >>> [next_try(tries, "a", 0) // 1_000 for tries in (0, 3, 9, 99)]
    [0, 6, 411, 787]
    >>> next_try(0, "a", 0, asked=120_000)
    120000
    """
    whole = min(LONGEST, 1_000 << min(tries, 16))
    least = whole * pause(tries, seed) // max(1, min(30_000, 1_000 << min(tries, 16)))
    return now + max(least, min(asked or 0, 3_600_000))
