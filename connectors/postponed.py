"""Requests answered UNKNOWN because a part was away, judged again when it is back.

Which they are, and what they wait for, stands in a table of the branch, with the state of each
part; so it moves with the partition, and what is judged again is committed like any other answer.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from connectors.changelog_table import TableType
from connectors.failures import ATTEMPTS, RecordFailed, next_failure
from connectors.logs import Log
from connectors.refetch import NotFetched
from connectors.steps import OnRecord, OnTick, Written
from connectors.stream import Decoded, Failure, Received, Rejected
from connectors.tables import Tables
from operators.freshness import Lack
from operators.resumption import Dependency, Postponed, Rate, Resumption, State
from operators.table import Table
from operators.time import Instant

log = Log(__name__)

POSTPONED = TableType("postponed", Postponed | Dependency, in_pages=True)
"""By request; and by `PART` and its name, each part that is away."""
PART = "\0"
"""Begins the keys of parts: no request identifier starts with a control character."""

_MOVES = 100
"""In the time that a request is kept."""

Fetch: TypeAlias = Callable[[str, int, Iterable[int]], list[Received]]
"""Reads records of a partition again; see `connectors.refetch`."""
Lacks: TypeAlias = Callable[[Instant], Lack | None]
Decode: TypeAlias = Callable[[Received], Decoded[Any] | Rejected | None]


_SAID: Mapping[State, str] = {
    "OPEN": "a part is away",
    "HALF_OPEN": "a part is back",
    "CLOSED": "all that waited for a part are judged",
}


class Limits(Struct, frozen=True):
    """What is postponed, and for how long."""

    most: int = 100_000
    """Requests of a partition; what comes on top is answered UNKNOWN and not judged again."""
    keep: Instant = 86_400_000
    """Milliseconds after which a further answer would come too late."""


class Postponement:
    """The postponed requests of one branch, in all partitions of a process."""

    def __init__(
        self,
        branch: str,
        rate: Rate,
        decode: Decode,
        fetch: Fetch,
        limits: Limits,
        lacks: Lacks,
    ) -> None:
        """`rate` may be shared by several branches; `decode` and `fetch` read uploads again.

        `lacks` says what the branch as a whole lacks at the instant of a poll.
        """
        self.lacks = lacks
        self.keep = limits.keep
        self._branch = branch
        self._rate = rate
        self._decode = decode
        self._fetch = fetch
        self._limits = limits
        self._waiting: dict[int, tuple[Table[Any], Resumption]] = {}
        self._failures: dict[tuple[str, int, int], Failure] = {}
        self._left_out: Counter[int] = Counter()
        self._moved: dict[int, Instant] = {}

    def _of(self, tables: Tables, partition: int) -> tuple[Table[Any], Resumption]:
        table = tables[POSTPONED.name]
        known = self._waiting.get(partition)
        if known is None or known[0] is not table:
            waiting = Resumption(str(partition))
            for key, entry in table.items():
                if isinstance(entry, Postponed):
                    waiting.wait(key, entry.part, entry.since)
            known = self._waiting[partition] = table, waiting
        return known

    @property
    def requests(self) -> int:
        """How many wait, in the partitions whose tables have been opened."""
        return sum(len(waiting) for _, waiting in self._waiting.values())

    def forget(self) -> None:
        """The tables may have gone back to their last commit."""
        self._waiting.clear()

    def failed(self, failed: RecordFailed, at: Instant) -> None:
        """Some step has failed on an upload, when its answer was found or when it was written.

        Its own count: beside the committed offset, which is far ahead of what is judged again,
        none can be kept.
        """
        received = failed.received
        where = received.topic, received.partition, received.offset
        self._failures[where] = next_failure(failed, self._failures.get(where), at)

    def due(self, partition: int, at: Instant) -> bool:
        """Whether something of the partition, whose tables have been opened, is to be done."""
        known = self._waiting.get(partition)
        return known is not None and known[1].due(at)

    def hint(self, at: Instant) -> None:
        """Reference data has changed: what was away may be there."""
        for _, waiting in self._waiting.values():
            waiting.hint(at)

    def note(
        self,
        tables: Tables,
        request: tuple[str, int],
        received: Received,
        away: str | None,
        reason: str | None,
        at: Instant,
    ) -> None:
        """A request and its attempt have been judged, or could not be because a part was `away`."""
        partition = received.partition
        table, waiting = self._of(tables, partition)
        if away is None and not waiting:
            return
        request_id, attempt = request
        if request_id.startswith(PART):
            return
        known: Postponed | None = table.get(request_id)
        if known is not None and known.attempt > attempt:
            return
        if known is None:
            if away is None:
                return
            if len(waiting) >= self._limits.most:
                self._leave_out(partition)
                return
        if away is None:
            table.delete(request_id)
            waiting.judged(request_id, None, at)
        elif known is not None and known.attempt == attempt:
            waiting.judged(request_id, away, at)
            if known.part != away:
                table.put(request_id, replace(known, part=away))
        else:
            waiting.wait(request_id, away, at)
            entry = Postponed(attempt, received.topic, received.offset, away, at)
            table.put(request_id, entry)
        self._tell(
            tables, partition, {away, None if known is None else known.part}, reason or "", at
        )

    def resume(
        self, tables: Tables, partition: int, at: Instant, again: OnRecord[Tables]
    ) -> Iterator[Written]:
        """What follows from the requests that are judged again now."""
        table, waiting = self._of(tables, partition)
        if not waiting:
            self._left_out.pop(partition, None)
            return
        self._expire(tables, partition, at)
        self._move_parts(table, partition, at)
        requests = {each: _entry(table, each) for each in waiting.next(at, self._rate)}
        uploads = self._uploads(partition, requests.values())
        for request_id, entry in requests.items():
            upload = None if uploads is None else uploads.get((entry.topic, entry.offset))
            if uploads is None:
                waiting.judged(request_id, entry.part, at)
            elif upload is None or entry.since <= at - self._limits.keep:
                self._drop(tables, partition, request_id, at)
            else:
                written = list(self._again(tables, request_id, upload, at, again))
                if table.get(request_id) is None:
                    yield from written

    def _again(
        self,
        tables: Tables,
        request_id: str,
        received: Received,
        at: Instant,
        again: OnRecord[Tables],
    ) -> Iterator[Written]:
        failure = self._failures.get((received.topic, received.partition, received.offset))
        if failure is not None and failure.attempts >= ATTEMPTS:
            received = replace(received, poison=failure)
        decoded = self._decode(received)
        if not isinstance(decoded, Decoded):
            # Its count stays: the dead letter may have to be written again.
            self._drop(tables, received.partition, request_id, at)
            if decoded is not None:
                yield decoded
            return
        try:
            yield from again(tables, decoded, at)
        except Exception as error:
            raise RecordFailed(received, error) from error

    def _uploads(
        self, partition: int, entries: Iterable[Postponed]
    ) -> dict[tuple[str, int], Received] | None:
        by_topic: dict[str, list[int]] = {}
        for entry in entries:
            by_topic.setdefault(entry.topic, []).append(entry.offset)
        try:
            return {
                (topic, received.offset): received
                for topic, offsets in by_topic.items()
                for received in self._fetch(topic, partition, offsets)
            }
        except NotFetched as error:
            log.warning("uploads could not be read again", reason=str(error))
            return None

    def _expire(self, tables: Tables, partition: int, at: Instant) -> None:
        until = at - self._limits.keep
        entries = (each for each in tables[POSTPONED.name].items() if _is_request(each))
        expired = [key for key, _ in takewhile(lambda each: each[1].since <= until, entries)]
        for request_id in expired:
            self._drop(tables, partition, request_id, at)
        if expired:
            log.warning(
                "postponed too long, a person has to decide",
                partition=partition,
                count=len(expired),
            )

    def _move_parts(self, table: Table[Any], partition: int, at: Instant) -> None:
        """Put parts that stand before all requests behind them.

        The table is kept in pages, of which none behind its oldest entry can be given up: a part
        that is away for ever would keep all of them.
        """
        if at - self._moved.get(partition, 0) < self._limits.keep // _MOVES:
            return
        self._moved[partition] = at
        for name, part in list(takewhile(lambda each: not _is_request(each), table.items())):
            table.put(name, part)

    def _drop(self, tables: Tables, partition: int, request_id: str, at: Instant) -> None:
        table, waiting = self._of(tables, partition)
        part = _entry(table, request_id).part
        table.delete(request_id)
        waiting.answered(request_id)
        self._tell(tables, partition, {part}, "", at)

    def _leave_out(self, partition: int) -> None:
        self._left_out[partition] += 1
        if self._left_out[partition] == 1:
            log.warning(
                "too many requests are postponed: further ones are not judged again",
                partition=partition,
                most=self._limits.most,
            )

    def _tell(
        self, tables: Tables, partition: int, parts: set[str | None], reason: str, at: Instant
    ) -> None:
        table, waiting = self._of(tables, partition)
        for part in parts:
            if part is None:
                continue
            known: Dependency | None = table.get(PART + part)
            state = waiting.state(part)
            if state == ("CLOSED" if known is None else known.state):
                continue
            if state == "CLOSED":
                table.delete(PART + part)
            elif known is None:
                table.put(PART + part, Dependency(state, at, reason))
            else:
                table.put(PART + part, replace(known, state=state))
            tell = log.warning if state == "OPEN" else log.info
            tell(_SAID[state], part=part, partition=partition, branch=self._branch)


def resumed(postponement: Postponement, again: OnRecord[Tables]) -> OnTick[Tables]:
    """What a branch does when something is due: judge `again` what may be judged now."""
    return lambda tables, partition, at: postponement.resume(tables, partition, at, again)


def _entry(table: Table[Any], request_id: str) -> Postponed:
    entry = table.get(request_id)
    assert isinstance(entry, Postponed)
    return entry


def _is_request(entry: tuple[str, Any]) -> bool:
    return isinstance(entry[1], Postponed)
