"""Dead letters whose reason may mend itself, sent back to their group by themselves.

What waits is known from the topics alone: how often a letter has failed and when stands in its
headers, that it was sent back in the topic of marks. So one can be killed, and another go on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from connectors.browse import (
    every_partition,
    partitions_of,
    read_between,
    start_offsets,
    topics_there,
)
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.dead_letters import ATTEMPTS, CUT, ERROR_REASON, FIRST_SEEN, GROUP, LAST_SEEN
from connectors.offsets import Where
from connectors.resolved import DeadLetterResolved, NotResolved, Resolver, letter_id
from connectors.stream import TRANSIENT, Received
from operators.retrying import Retries
from operators.time import Instant, instant_of

Place: TypeAlias = tuple[str, int, int]
"""Topic, partition and offset of a letter."""

MOST = 100_000
"""Letters that are waited for at the same time; those behind them are read when some are done."""
AT_ONCE = 100
"""Letters that are sent back together; so many are in memory whole."""
_BY = "manifold dlq retry"
GIVEN_UP: Literal["given up"] = "given up"


def next_try(letter: Received, retries: Retries) -> Instant | Literal["given up"] | None:
    """When a letter is tried again; None for one that is for people from the start.

    One that does not say which group could not use it would reach all of them. One that is not
    whole cannot be sent back: it is given up at once.
    """
    if reason_of(letter) not in TRANSIENT or letter.header(GROUP) is None:
        return None
    if letter.header(CUT) is not None:
        return GIVEN_UP
    attempts = _text(letter, ATTEMPTS)
    # Those written before there was the header had never been replayed: their first failure it was.
    failed_at = instant_of(_text(letter, LAST_SEEN) or _text(letter, FIRST_SEEN))
    at = retries.next_try(
        int(attempts) if attempts.isdecimal() else 1,
        letter.timestamp if failed_at is None else failed_at,
        letter_id(letter),
    )
    return GIVEN_UP if at is None else at


def reason_of(letter: Received) -> str:
    """Why it is a dead letter."""
    return _text(letter, ERROR_REASON) or "unknown"


def _text(letter: Received, name: str) -> str:
    return (letter.header(name) or b"").decode(errors="replace")


class Retrier:
    """Looks at dead letters again and again, and sends back those whose turn it is."""

    def __init__(
        self, kafka: Mapping[str, str], contracts: Contracts, codec: Codec, retries: Retries
    ) -> None:
        """Knows nothing yet, and connects when it first looks."""
        self._kafka = kafka
        self._contracts = contracts
        self._codec = codec
        self._retries = retries
        self._marks = contracts.topic_of(DeadLetterResolved).name
        self._topics = [
            contracts.dead_letters_of(each.name).name
            for each in contracts.topics.values()
            if each.consumers
        ]
        self._next: dict[Where, int] = {}
        self._turns: dict[Place, tuple[Instant, str]] = {}
        self._given_up: dict[Place, str] = {}
        self._resolver: Resolver | None = None
        self.replayed: Counter[str] = Counter()
        """Letters sent back so far, by reason."""

    @property
    def waiting(self) -> Counter[str]:
        """Letters that wait for their turn, by reason."""
        return Counter(reason for _, reason in self._turns.values())

    @property
    def given_up(self) -> Counter[str]:
        """Letters that have failed too often, and that nobody has dealt with, by reason."""
        return Counter(self._given_up.values())

    def look(self) -> None:
        """Read what has been written since the last look: letters, and what was done with them.

        Raises TopicsMissing and BrokerAway.
        """
        existing = topics_there(self._kafka)
        letters = every_partition(
            {each: existing[each] for each in self._topics if each in existing}
        )
        marks = every_partition(partitions_of(self._kafka, [self._marks]))
        starts = start_offsets(self._kafka, [*letters, *marks])
        for where, start in starts.items():
            self._next[where] = max(start, self._next.get(where, 0))
        self._forget(starts)
        all_read = self._read_letters(letters)
        for mark in self._new(marks):
            place = _place_of(mark)
            if place is not None:
                self._turns.pop(place, None)
                self._given_up.pop(place, None)
        if not all_read:
            # Marks of letters that are still to be read have to be read once more.
            self._next.update((where, starts[where]) for where in marks)

    def _forget(self, starts: Mapping[Where, int]) -> None:
        """What the brokers have deleted, nobody can send back."""
        for letters in (self._turns, self._given_up):
            for place in [each for each in letters if each[2] < starts.get(each[:2], 0)]:
                del letters[place]

    def _read_letters(self, partitions: Sequence[Where]) -> bool:
        """Whether there was room for all."""
        for letter in self._new(partitions):
            place = (letter.topic, letter.partition, letter.offset)
            at = next_try(letter, self._retries)
            if at == GIVEN_UP:
                self._given_up[place] = reason_of(letter)
            elif at is not None:
                self._turns[place] = (at, reason_of(letter))
                if len(self._turns) >= MOST:
                    return False
        return True

    def _new(self, partitions: Iterable[Where]) -> Iterator[Received]:
        for received in read_between(self._kafka, {each: self._next[each] for each in partitions}):
            self._next[received.topic, received.partition] = received.offset + 1
            yield received

    def due(self, now: Instant) -> list[Place]:
        """The letters whose turn it is, those first that have waited longest."""
        turns = sorted((at, place) for place, (at, _) in self._turns.items() if at <= now)
        return [place for _, place in turns]

    def retry(self, now: Instant, per_second: float) -> int:
        """Send back those whose turn it is, no more than `AT_ONCE` of them; how many there were.

        Raises NotResolved; what was sent back before that is known at the next look.
        """
        due = self.due(now)[:AT_ONCE]
        if not due:
            return 0
        if self._resolver is None:
            self._resolver = Resolver(self._kafka, self._contracts, self._codec, _BY)
        resolver = self._resolver
        letters = resolver.open_of(self._whole(due))
        before = resolver.done
        try:
            resolver.resolve(letters, "REPLAYED", per_second=per_second)
        except NotResolved:
            # A producer that has failed is never used again.
            self._resolver = None
            raise
        finally:
            self.replayed.update(map(reason_of, letters[: resolver.done - before]))
        for place in due:
            del self._turns[place]
        return len(letters)

    def _whole(self, places: Iterable[Place]) -> list[Received]:
        """The letters themselves; those that have been deleted meanwhile are left out."""
        wanted: dict[Where, set[int]] = {}
        for topic, partition, offset in places:
            wanted.setdefault((topic, partition), set()).add(offset)
        starts = {where: min(offsets) for where, offsets in wanted.items()}
        ends = {where: max(offsets) + 1 for where, offsets in wanted.items()}
        return [
            letter
            for letter in read_between(self._kafka, starts, ends)
            if letter.offset in wanted[letter.topic, letter.partition]
        ]


def _place_of(mark: Received) -> Place | None:
    """The letter that a mark is on."""
    topic, _, where = (mark.key or b"").decode(errors="replace").partition("/")
    partition, _, offset = where.partition("/")
    if mark.value is None or not (partition.isdecimal() and offset.isdecimal()):
        return None
    return topic, int(partition), int(offset)
