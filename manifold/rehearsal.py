"""A flow run over records in memory, one epoch each: what it writes, and what it keeps then."""

import importlib
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from bytewax.testing import TestingSink, TestingSource, run_main
from msgspec import Struct

from connectors.changelog_table import TableType
from connectors.records import RECORDS
from connectors.reference import ReferenceTable
from connectors.runtime import Runtime
from connectors.settings import Settings
from connectors.steps import Inputs, Outputs
from connectors.stream import Batch, Outgoing, Received
from connectors.tables import MemoryStore
from operators.time import Instant

V = TypeVar("V")

Kept = Mapping[str, Mapping[str, Any]]
"""Tables by name: key to value."""


class Epoch(Struct, frozen=True):
    """What came of one record."""

    written: tuple[Any, ...]
    """Records."""
    kept: Kept
    """The flow's tables afterwards."""


def rehearsed(
    flow: str, reference: Iterable[Struct], records: Sequence[tuple[Struct, Instant]]
) -> list[Epoch]:
    """Run a flow over records with the instants at which they were written, in their order."""
    runtime = _Rehearsal(flow, reference)
    runtime.events = [
        ("0", Batch(0, at, [runtime.received(record, offset, at)]))
        for offset, (record, at) in enumerate(records)
    ]
    dataflow = importlib.import_module(f"flows.{flow}").flow(runtime)
    run_main(dataflow, epoch_interval=timedelta(0))  # type: ignore[no-untyped-call]  # Bytewax leaves it untyped
    runtime.close()
    by_offset: dict[int, list[Any]] = {}
    for outgoing in runtime.written:
        record = runtime.decoded(outgoing)
        by_offset.setdefault(record.source.offset, []).append(record)
    # The engine takes a last snapshot when the source has ended.
    kept = runtime.state.after[: len(records)] or [{}] * len(records)
    return [Epoch(tuple(by_offset.get(offset, ())), tables) for offset, tables in enumerate(kept)]


class _Tables(MemoryStore):
    """Tables of which it is noted what they held after every epoch."""

    def __init__(self, types: Sequence[TableType]) -> None:
        super().__init__(types)
        self.after: list[Kept] = []

    def flush(self, partition: int) -> None:
        tables = self.partitions.get(partition, {})
        self.after.append({name: dict(table.items()) for name, table in tables.items()})


class _Rehearsal(Runtime):
    """What a flow's process connects to, in memory."""

    def __init__(self, flow: str, reference: Iterable[Struct]) -> None:
        super().__init__(flow, Settings(), threading.Event())
        self.events: list[Any] = []
        self.state = _Tables(())
        self._written: list[list[Outgoing]] = []
        self._known: dict[str, list[tuple[bytes, bytes]]] = {}
        for record in reference:
            topic = self.contracts.topic_of(type(record))
            value = self.codec.encoder(type(record))(record)
            self._known.setdefault(topic.name, []).append((topic.key_of(record).encode(), value))

    @property
    def written(self) -> list[Outgoing]:
        """Everything the flow has written, in its order."""
        return [each for together in self._written for each in together]

    def received(self, record: Struct, offset: int, at: Instant) -> Received:
        """A record as the flow would get it."""
        topic = self.contracts.topic_of(type(record))
        value = self.codec.encoder(type(record))(record)
        return Received(topic.name, 0, offset, topic.key_of(record).encode(), value, [], at)

    def decoded(self, outgoing: Outgoing) -> Any:
        """What a record says that the flow has written."""
        for kind in RECORDS:
            if self.contracts.topic_of(kind).name == outgoing.topic:
                return self.codec.decoder(kind)(outgoing.value or b"")
        raise ValueError(f"{outgoing.topic} carries no record: {outgoing.value!r}")

    def source(self) -> Inputs:  # type: ignore[override]  # stands in for it, in memory
        return TestingSource(self.events)

    def sink(self) -> Outputs:  # type: ignore[override]  # stands in for it, in memory
        return TestingSink(self._written)

    def store(self, *types: TableType, of: str | None = None) -> _Tables:  # type: ignore[override]  # stands in for it, in memory
        self.state = _Tables(types)
        return self.state

    def _look_into(self, record: type[V], table: ReferenceTable[V]) -> None:
        super()._look_into(record, table)
        for key, value in self._known.get(table.topic, ()):
            table.apply(key, value)
