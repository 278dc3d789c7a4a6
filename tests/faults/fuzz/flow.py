"""The real dataflows over lists and tables in memory: input in, everything written out."""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from bytewax.testing import TestingSource, run_main

from connectors.changelog_table import ChangelogTable, TableType
from connectors.database import Store
from connectors.database.migration import migrate
from connectors.database.sealing import Sealing
from connectors.steps import Inputs
from connectors.stream import Batch, CaughtUp, Event, Outgoing, Received
from connectors.tables import Tables
from tests.contract.flow_run import MemoryRuntime
from tests.contract.generated_records import AT

_POLLS = 4
"""Polls that bring the records of one run."""
_WATCHING = ("extract", "decide", "enrich", "statistics")
"""Flows that want to know up to when everything has been read."""
_LATER = 2**62 + 10**9
"""After the deadline of everything."""

Reference = Mapping[str, Sequence[tuple[bytes, bytes | None]]]
"""Records of the reference topics by topic: key and value."""


class StateDiffers(AssertionError):
    """Tables restored from their changelogs would not be what they were."""


class EncodedStore:
    """Tables in memory whose changes go through the encoding that changelogs have."""

    def __init__(self, types: Sequence[TableType]) -> None:
        self._tables = {each.name: ChangelogTable[Any](each.name, each) for each in types}
        self._restored = {each.name: ChangelogTable[Any](each.name, each) for each in types}

    def open(self, partition: int) -> Tables:
        return self._tables

    def flush(self, partition: int) -> None:
        for name, table in self._tables.items():
            for key, value in table.changes():
                self._restored[name].restore(key, value)
            self._restored[name].restored()

    def revoked(self, partition: int, returned: bool) -> None:
        """Never taken away."""

    def check(self) -> None:
        """Raise StateDiffers unless a restore gives what is there, in the same order."""
        for name, table in self._tables.items():
            if list(table.items()) != list(self._restored[name].items()):
                raise StateDiffers(f"table {name} is restored otherwise than it was")


class FuzzedRuntime(MemoryRuntime):
    """What a flow's process connects to, in memory, with any reference data."""

    def __init__(self, flow: str, events: Sequence[Event[Received]], reference: Reference) -> None:
        super().__init__(flow, events, reference=False)
        self._records = reference  # type: ignore[assignment]  # read only, as it is here
        self.tables: EncodedStore | None = None

    def source(self) -> Inputs:  # type: ignore[override]  # stands in for it, in memory
        return TestingSource(self._events, batch_size=1)

    def store(self, *types: TableType) -> EncodedStore:  # type: ignore[override]  # stands in for it, in memory
        self.tables = EncodedStore(types)
        return self.tables


class Flow:
    """One flow, run as often as wanted."""

    def __init__(self, name: str, store: type[Any]) -> None:
        """`store`: what `collect` connects to as its database."""
        self.name = name
        self._store = store

    def run(self, records: Sequence[Received], reference: Reference) -> list[Outgoing]:
        """What the flow writes on records; what it raises is the finding."""
        size = max(1, -(-len(records) // _POLLS))
        events: list[Event[Received]] = []
        for start in range(0, len(records), size):
            events.append(Batch(0, AT, list(records[start : start + size])))
            if self.name in _WATCHING:
                events.append(CaughtUp(0, AT - 1, AT))
        if self.name in _WATCHING:
            events.append(CaughtUp(0, _LATER, AT))
        runtime = FuzzedRuntime(self.name, events, reference)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("flows.collect.Store", self._store)
            dataflow = importlib.import_module(f"flows.{self.name}").flow(runtime)
        run_main(dataflow, epoch_interval=timedelta(0))  # type: ignore[no-untyped-call]  # Bytewax leaves it untyped
        if runtime.tables is not None:
            runtime.tables.check()
        return [record for written in runtime.written for record in written]


@contextmanager
def flows() -> Iterator[type[Any]]:
    """A database for `collect`, as the class that it connects by."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'manifold.db'}"
        migrate(url)
        store = Store.connect(url)

        class Shared:
            """The database, kept open from run to run."""

            check_schema = staticmethod(store.check_schema)
            append = staticmethod(store.append)

            @classmethod
            def connect(cls, _: str, __: Sealing) -> "Shared":
                return cls()

            def close(self) -> None:
                """Left open for the next run."""

        try:
            yield Shared
        finally:
            store.close()
