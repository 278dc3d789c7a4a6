"""Dead letters outside of the flows: read, selected, counted."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from connectors.browse import Tell, every_partition, read_between, start_offsets, topics_there
from connectors.codec import Codec
from connectors.content import belongs_to, content_of, may_belong_to, text_header
from connectors.contracts import Contracts
from connectors.dead_letters import ATTEMPTS, FIRST_SEEN, GROUP
from connectors.resolved import letter_id, source_topic
from connectors.retrying import GIVEN_UP, next_try, reason_of
from connectors.stream import Received
from operators.retrying import Retries
from operators.time import Instant, isoformat


class Selection(msgspec.Struct, frozen=True):
    """Which dead letters are meant; what is None or empty does not matter."""

    topic: str | None = None
    reason: str | None = None
    group: str | None = None
    request: str | None = None
    offsets: tuple[tuple[int, int], ...] = ()
    since: Instant | None = None
    """First seen then or later."""
    until: Instant | None = None
    """First seen before."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return self == Selection()


class By(StrEnum):
    """What dead letters are counted by."""

    TOPIC = "topic"
    GROUP = "group"
    REASON = "reason"
    HOUR = "hour"
    """In which they were first seen, UTC."""
    DAY = "day"


class Heap(msgspec.Struct, frozen=True):
    """Dead letters that have something in common."""

    common: tuple[str, ...]
    """What, in the order they were counted by."""
    letters: int
    oldest: str
    newest: str


def letter_topics(contracts: Contracts) -> dict[str, str]:
    """The dead-letter topics of the contracts, by the topics whose records are in them."""
    sources = [each.name for each in contracts.topics.values() if each.consumers]
    return {source: contracts.dead_letters_of(source).name for source in sources}


class Letters:
    """The dead letters of a cluster."""

    def __init__(self, kafka: Mapping[str, str], contracts: Contracts, codec: Codec) -> None:
        """Connect nothing yet."""
        self._kafka = kafka
        self._contracts = contracts
        self._codec = codec

    def read(
        self, topics: Iterable[str], selection: Selection, tell: Tell | None = None
    ) -> Generator[Received, None, None]:
        """Those of these topics that a selection means, whether or not they are dealt with."""
        existing = topics_there(self._kafka)
        partitions = every_partition({name: existing[name] for name in topics if name in existing})
        starts = start_offsets(self._kafka, partitions)
        for letter in read_between(self._kafka, starts, tell=tell):
            if self._selected(letter, selection):
                yield letter

    def _selected(self, letter: Received, selection: Selection) -> bool:
        if selection.reason is not None and reason_of(letter) != selection.reason:
            return False
        group = selection.group
        if group is not None and group_of(letter) != self._contracts.namespace + group:
            return False
        if selection.since is not None and first_seen(letter) < isoformat(selection.since):
            return False
        if selection.until is not None and first_seen(letter) >= isoformat(selection.until):
            return False
        if selection.offsets and (letter.partition, letter.offset) not in selection.offsets:
            return False
        if selection.request is None:
            return True
        if not may_belong_to(letter, selection.request.encode()):
            return False
        content = content_of(letter, self._contracts, self._codec)
        return belongs_to(letter, content, selection.request)


def group_of(letter: Received) -> str:
    """The group that could not work on it."""
    return text_header(letter, GROUP) or "unknown"


def summary(letter: Received) -> dict[str, object]:
    """A letter in a line."""
    return {
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "source": source_topic(letter),
        "group": group_of(letter),
        "reason": reason_of(letter),
        "attempts": int(text_header(letter, ATTEMPTS) or 1),
        "first_seen": first_seen(letter),
        "next_try": _next_try(letter),
        "key": None if letter.key is None else letter.key.decode(errors="replace"),
    }


def _next_try(letter: Received) -> str | None:
    """When `manifold dlq retry` tries it again, as it does by default; None: never."""
    at = next_try(letter, Retries())
    return at if at is None or at == GIVEN_UP else isoformat(at)


def first_seen(letter: Received) -> str:
    """When a flow first failed on it."""
    return text_header(letter, FIRST_SEEN) or ""


_COMMON: Mapping[By, Callable[[Received], str]] = {
    By.TOPIC: lambda letter: letter.topic,
    By.GROUP: group_of,
    By.REASON: reason_of,
    By.HOUR: lambda letter: first_seen(letter)[:13].replace("T", " "),
    By.DAY: lambda letter: first_seen(letter)[:10],
}


def heaps(letters: Iterable[Received], by: Sequence[By]) -> list[Heap]:
    """Letters counted by what they have in common."""
    seen: dict[tuple[str, ...], list[str]] = {}
    for each in letters:
        seen.setdefault(tuple(_COMMON[one](each) for one in by), []).append(first_seen(each))
    return [Heap(at, len(times), min(times), max(times)) for at, times in sorted(seen.items())]


def still_open(letters: Iterable[Received], resolved: Mapping[str, object]) -> list[Received]:
    """Those that nobody has dealt with."""
    return [letter for letter in letters if letter_id(letter) not in resolved]
