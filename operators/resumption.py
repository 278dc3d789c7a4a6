"""When requests that could not be judged are judged again: probes, then the others, in order.

A part that is away is probed as a half-open circuit breaker does: the oldest request that waits
for it is judged again after a pause. Still away, and the pause grows; judged, and the part is
back: the others follow, oldest first, never faster than a rate.

>>> waiting = Resumption("0")
>>> waiting.wait("R1", "policy", 0); waiting.wait("R2", "policy", 0)
>>> rate = Rate(100)
>>> waiting.next(500, rate), waiting.next(2_000, rate)
([], ['R1'])
>>> waiting.judged("R1", None, 2_000); waiting.next(2_100, rate)
['R2']
"""

from itertools import islice
from typing import Literal, TypeAlias
from zlib import crc32

from msgspec import Struct

from operators.time import Instant

SHORTEST: Instant = 1_000
"""Milliseconds to the first probe, and the least between two."""
LONGEST: Instant = 30_000
"""Milliseconds a pause between two probes grows to."""
_ANOTHER = 4

State: TypeAlias = Literal["CLOSED", "OPEN", "HALF_OPEN"]
"""All is well; a part is away; it is back, and what has waited is being judged."""


class Postponed(Struct, frozen=True, array_like=True, tag=1, gc=False):
    """A request that was answered UNKNOWN because a part was away, and where its upload stands."""

    attempt: int
    topic: str
    offset: int
    part: str
    """What it waits for."""
    since: Instant
    """When it was first answered UNKNOWN."""


class Dependency(Struct, frozen=True, array_like=True, tag=2, gc=False):
    """A part that requests wait for; there is none of a part that is closed."""

    state: State
    since: Instant
    """When the first of them was answered UNKNOWN."""
    reason: str
    """What that answer said."""


class Rate:
    """So many a second at most, shared by all who take from it, a tenth of them at once.

    >>> rate = Rate(20)
    >>> rate.take(5, 1_000), rate.take(5, 1_000), rate.take(5, 1_050), rate.take(5, 60_000)
    (2, 0, 1, 2)
    """

    def __init__(self, per_second: int) -> None:
        """`per_second`: at least 1."""
        self._per_second = per_second
        self.at_once = max(1, per_second // 10)
        self._thousandths = self.at_once * 1_000
        self._at: Instant | None = None

    def take(self, wanted: int, now: Instant) -> int:
        """How many of these may be done now. A clock that goes back gives none for that."""
        if self._at is not None and now > self._at:
            gained = (now - self._at) * self._per_second
            self._thousandths = min(self.at_once * 1_000, self._thousandths + gained)
        self._at = now
        taken = min(wanted, self._thousandths // 1_000)
        self._thousandths -= taken * 1_000
        return taken


def pause(tries: int, seed: str) -> Instant:
    """Milliseconds to wait after so many probes in vain: doubling, less up to a quarter by chance.

    >>> [pause(tries, "0/policy") for tries in (0, 1, 2, 9)]
    [895, 1968, 3398, 23325]
    """
    whole = min(LONGEST, SHORTEST << min(tries, 16))
    return whole - whole * (crc32(f"{seed}/{tries}".encode()) % 1_000) // 4_000


class _Part:
    """A part that requests wait for."""

    def __init__(self, now: Instant, seed: str) -> None:
        self.requests: dict[str, None] = {}
        self.back = False
        self.tries = 0
        self.probed_at = now
        self.probe_at = now + pause(0, seed)

    def due(self, now: Instant) -> bool:
        """Whether it may be probed; a probe further off than a pause is one of a wrong clock."""
        return now >= self.probe_at or self.probe_at - now > LONGEST

    def probe(self) -> str:
        """The oldest; each fourth time another one, in case it is the oldest alone that lacks."""
        place = self.tries // _ANOTHER % len(self.requests) if self.tries % _ANOTHER == 0 else 0
        return next(islice(self.requests, place, None))


class Resumption:
    """The postponed requests of one partition, by the part that they wait for.

    Nothing in here has to be kept: it can be made anew from the requests.
    """

    def __init__(self, seed: str) -> None:
        """`seed`: what makes this partition's pauses different from others'."""
        self._seed = seed
        self._parts: dict[str, _Part] = {}
        self._part_of: dict[str, str] = {}

    def __len__(self) -> int:
        """Number of requests that wait."""
        return len(self._part_of)

    def wait(self, request_id: str, part: str, now: Instant) -> None:
        """A request waits for a part, behind those that do already."""
        self.answered(request_id)
        known = self._parts.get(part)
        if known is None:
            known = self._parts[part] = _Part(now, f"{self._seed}/{part}")
        known.requests[request_id] = None
        self._part_of[request_id] = part

    def answered(self, request_id: str) -> None:
        """A request waits no longer."""
        part = self._part_of.pop(request_id, None)
        if part is not None:
            known = self._parts[part]
            del known.requests[request_id]
            if not known.requests:
                del self._parts[part]

    def due(self, now: Instant) -> bool:
        """Whether `next` may have something."""
        return any(part.back or part.due(now) for part in self._parts.values())

    def next(self, now: Instant, rate: Rate) -> list[str]:
        """Requests to judge again now: one for each part to be probed, all for those that are back.

        What comes of each has to be told by `judged` before the next call.
        """
        found: list[str] = []
        for part in self._parts.values():
            if part.back:
                continue
            if part.due(now) and rate.take(1, now):
                part.probed_at = now
                found.append(part.probe())
        for part in self._parts.values():
            if part.back:
                count = rate.take(min(len(part.requests), rate.at_once), now)
                found += [request for request, _ in zip(part.requests, range(count), strict=False)]
        return found

    def judged(self, request_id: str, away: str | None, now: Instant) -> None:
        """What came of judging a request again: answered, or a part was `away`.

        One that still lacks the part when others do not goes behind them and holds none up.
        """
        name = self._part_of.get(request_id)
        if name is None:
            return
        part = self._parts[name]
        was_back, part.back = part.back, away != name
        part.tries = 0 if part.back else part.tries + 1
        part.probe_at = now + pause(part.tries, f"{self._seed}/{name}")
        if away == name and was_back:
            part.requests[request_id] = part.requests.pop(request_id)
        elif away is None:
            self.answered(request_id)
        elif away != name:
            self.wait(request_id, away, now)

    def hint(self, now: Instant) -> None:
        """Something has changed: probe soon, but never more often than once in `SHORTEST`."""
        for part in self._parts.values():
            least = part.probed_at + SHORTEST if part.probed_at <= now else now
            part.probe_at = min(part.probe_at, max(now, least))

    def state(self, part: str) -> State:
        """How a part is."""
        known = self._parts.get(part)
        if known is None:
            return "CLOSED"
        return "HALF_OPEN" if known.back else "OPEN"
