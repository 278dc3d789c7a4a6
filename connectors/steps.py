"""The steps flows are made of, over streams of one event per partition and poll.

A step's function sees one record at a time and knows nothing of batches, dead letters or
crashes: `decode` hands back only the good stream and writes the rest itself, so an error
cannot be forgotten, and what a function raises is reported with the record it was raised on.
"""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeAlias, TypeVar

import bytewax.operators as op
from bytewax.dataflow import Stream, operator
from bytewax.inputs import Source
from bytewax.operators import KeyedStream, StatefulBatchLogic
from bytewax.outputs import Sink
from msgspec.structs import replace

from connectors.failures import RecordFailed
from connectors.stream import (
    Batch,
    CaughtUp,
    Decoded,
    Event,
    Forwarded,
    HandedOn,
    Ignored,
    Keyed,
    Outgoing,
    Produced,
    Received,
    Rejected,
    Removed,
    Revoked,
    Tick,
)
from connectors.tables import TableStore
from connectors.wire import Wire
from operators.time import Instant

T = TypeVar("T")
Written: TypeAlias = Produced | Rejected | Forwarded | Removed | HandedOn | Ignored
"""What a step gives: a record for its topic, a dead letter, a record as it came, for another
partition or a later step, the end of what stands under a key, or one that was ignored."""

Records: TypeAlias = KeyedStream[Event[Decoded[Any]]]
Results: TypeAlias = KeyedStream[Event[Written]]
Inputs: TypeAlias = Source[Keyed[Received]]
Outputs: TypeAlias = Sink[list[Outgoing]]


@operator
def decode(
    step_id: str, received: KeyedStream[Event[Received]], wire: Wire, dead_letters: Outputs
) -> Records:
    """Records decoded; those that cannot be go to the dead letters, with the reason.

    Records replayed for another group are left out.
    """

    def split(event: Event[Received]) -> tuple[Event[Decoded[Any]], Event[Written] | None]:
        if not isinstance(event, Batch):
            return event, None
        good, bad = wire.decode_all(event.records)
        rejected: list[Written] = [*bad]
        return event.replace(good), event.replace(rejected) if rejected else None

    both = op.map_value("split", received, split)
    rejected: Results = op.filter_map_value("rejected", both, lambda pair: pair[1])
    write("dead_letters", rejected, wire, dead_letters)
    return op.map_value("decoded", both, lambda pair: pair[0])


@operator
def judge(
    step_id: str,
    records: Records,
    function: Callable[[Decoded[Any], Instant], Iterable[Written]],
) -> Results:
    """What follows from each record alone. The instant is that of the poll."""

    def each(event: Event[Decoded[Any]]) -> Event[Written]:
        if not isinstance(event, Batch):
            return event
        written: list[Written] = []
        for record in event.records:
            try:
                written.extend(function(record, event.at))
            except Exception as error:
                raise RecordFailed(record.received, error) from error
        return event.replace(written)

    return op.map_value("each", records, each)


@operator
def together(
    step_id: str,
    records: Records,
    function: Callable[[int, list[Decoded[Any]], Instant], Iterable[Written]],
) -> Results:
    """What follows from all records of a partition and poll, for effects outside Kafka.

    The function must be idempotent: it runs before the epoch is committed, and again when it
    was not.
    """

    def batch(event: Event[Decoded[Any]]) -> Event[Written]:
        if not isinstance(event, Batch):
            return event
        return event.replace(list(function(event.partition, event.records, event.at)))

    return op.map_value("batch", records, batch)


OnRecord: TypeAlias = Callable[[T, Decoded[Any], Instant], Iterable[Written]]
"""What follows from a record and the partition's tables, at the instant of the poll."""
OnCaughtUp: TypeAlias = Callable[[T, Instant, Instant], Iterable[Written]]
"""What follows once everything up to the first instant has been read; the second is now."""

OnTick: TypeAlias = Callable[[T, int, Instant], Iterable[Written]]
"""What follows from the tables of a partition when something is due at an instant."""


OnRecords: TypeAlias = Callable[[T, int, list[Decoded[Any]], Instant], Iterable[Written]]
"""What follows from all records of a partition, with its number, and poll."""


def _nothing(tables: object, until: Instant, now: Instant) -> Iterable[Written]:
    return ()


class _Keep(StatefulBatchLogic[Event[Decoded[Any]], Event[Written], None], Generic[T]):
    def __init__(
        self,
        store: TableStore[T],
        on_records: OnRecords[T],
        on_caught_up: OnCaughtUp[T],
        on_tick: OnTick[T],
    ) -> None:
        self._store = store
        self._on_records = on_records
        self._on_caught_up = on_caught_up
        self._on_tick = on_tick
        self._partition = -1

    def on_batch(self, values: list[Event[Decoded[Any]]]) -> tuple[Iterable[Event[Written]], bool]:
        out: list[Event[Written]] = []
        for event in values:
            self._partition = event.partition
            if isinstance(event, Revoked):
                self._store.revoked(event.partition, event.returned)
                out.append(event)
                continue
            tables = self._store.open(event.partition)
            if isinstance(event, CaughtUp):
                written = list(self._on_caught_up(tables, event.until, event.at))
                out += [Batch(event.partition, event.at, written), event]
                continue
            if isinstance(event, Tick):
                written = list(self._on_tick(tables, event.partition, event.at))
                out += [Batch(event.partition, event.at, written), event]
                continue
            written = list(self._on_records(tables, event.partition, event.records, event.at))
            out.append(event.replace(written))
        return out, False

    def snapshot(self) -> None:
        self._store.flush(self._partition)


@operator
def keep(
    step_id: str,
    records: Records,
    store: TableStore[T],
    on_record: OnRecord[T],
    on_caught_up: OnCaughtUp[T] = _nothing,
    on_tick: OnTick[T] = _nothing,
) -> Results:
    """What follows from each record and what is kept in the partition's tables."""

    def each(tables: T, partition: int, received: list[Decoded[Any]], at: Instant) -> list[Written]:
        written: list[Written] = []
        for record in received:
            try:
                written.extend(on_record(tables, record, at))
            except Exception as error:
                raise RecordFailed(record.received, error) from error
        return written

    return op.stateful_batch("tables", records, lambda _: _Keep(store, each, on_caught_up, on_tick))


@operator
def keep_together(
    step_id: str,
    records: Records,
    store: TableStore[T],
    on_records: OnRecords[T],
    on_caught_up: OnCaughtUp[T] = _nothing,
    on_tick: OnTick[T] = _nothing,
) -> Results:
    """What follows from all records of a partition and poll, and what is kept in its tables.

    The function raises RecordFailed when one record is to blame.
    """
    return op.stateful_batch(
        "tables", records, lambda _: _Keep(store, on_records, on_caught_up, on_tick)
    )


@operator
def answered(step_id: str, results: Results) -> Records:
    """Results as the join takes them, in the process that has just made them.

    They count as written at the instant of the poll. What was handed on comes as it is.
    """

    def each(event: Event[Written]) -> Event[Decoded[Any]]:
        if not isinstance(event, Batch):
            return event
        answers: list[Decoded[Any]] = []
        cause = written = None
        for result in event.records:
            if isinstance(result, HandedOn):
                answers.append(result.decoded)
                continue
            if not isinstance(result, Produced) or result.cause is None:
                continue
            if result.cause is not cause:
                cause = result.cause
                written = replace(cause, timestamp=event.at)
            assert written is not None
            answers.append(Decoded(result.record, written))
        return event.replace(answers)

    return op.map_value("each", results, each)


@operator
def write(step_id: str, results: Results, wire: Wire, sink: Outputs) -> None:
    """Encode records and dead letters and write them."""

    def encode(keyed: tuple[str, Event[Written]]) -> list[Outgoing]:
        event = keyed[1]
        return wire.encode_all(event.records, event.at) if isinstance(event, Batch) else []

    outgoing: Stream[list[Outgoing]] = op.map("encode", results, encode)
    op.output("topics", outgoing, sink)
