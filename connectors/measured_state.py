"""State that is measured: how much there is, and what waits in it for whom."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors import catalogue
from connectors.changelog_table import TableType
from connectors.clock import now
from connectors.extracting import READINGS
from connectors.joined import REQUESTS, REVIEWS
from connectors.stream import Outgoing
from connectors.tables import ChangelogStore, Produce
from connectors.telemetry import Telemetry
from operators.time import Instant

_OPENED: Mapping[TableType, tuple[str, Callable[[Any], Instant]]] = {
    REVIEWS: ("DECISION", lambda review: review.opened_at),
    READINGS: ("EXTRACTION", lambda reading: reading.asked.opened_at),
}
"""Tables of what people look at: its kind, and when an entry was opened."""


def counted(telemetry: Telemetry, produce: Produce, tables: Mapping[str, str]) -> Produce:
    """`produce` for changes of state, counted; `tables`: names of tables by their changelogs."""

    def write(records: list[Outgoing]) -> None:
        produce(records)
        table = tables[records[0].topic]
        size = sum(len(each.key or b"") + len(each.value or b"") for each in records)
        telemetry.epoch.add(catalogue.STATE_CHANGES, len(records), telemetry.flow, table)
        telemetry.epoch.add(catalogue.STATE_CHANGES_BYTES, size, telemetry.flow, table)

    return write


def sampling(
    telemetry: Telemetry, store: ChangelogStore, tables: Mapping[str, TableType]
) -> Callable[[], None]:
    """What looks at a store's tables, by what they are called."""
    measures, flow = telemetry.measures, telemetry.flow

    def sample() -> None:
        for name, kind in tables.items():
            entries = sum(table.committed for table in store.of(kind))
            measures.set(catalogue.STATE_ENTRIES, entries, flow, name)
            if kind is REQUESTS:
                measures.set(catalogue.OPEN_REQUESTS, entries, flow)
            if kind in _OPENED:
                _reviews(kind, entries)

    def _reviews(kind: TableType, entries: int) -> None:
        called, opened_at = _OPENED[kind]
        first = [opened_at(each) for table in store.of(kind) if (each := table.oldest())]
        age = max(0, now() - min(first)) / 1_000 if first else 0.0
        measures.set(catalogue.REVIEWS_OPEN, entries, flow, called)
        measures.set(catalogue.REVIEWS_OLDEST, age, flow, called)

    return sample
