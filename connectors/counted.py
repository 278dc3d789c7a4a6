"""Counting over a stream of decisions: its tables, and the records that are due."""

from collections.abc import Iterable
from typing import Any

from connectors.changelog_table import TableType
from connectors.steps import OnCaughtUp, OnRecords
from connectors.stream import Decoded, Produced
from connectors.tables import Tables
from operators.probe import VENDOR
from operators.statistics import Counted, Kept, Progress, Window, Windows
from operators.time import Instant

WINDOWS = TableType("windows", Window, encoded=True)
"""The windows that are kept."""
COUNTED = TableType("counted", Counted, in_pages=True)
"""What each request was counted as."""
PROGRESS = TableType("progress", Progress)
"""How far the partition has come: one entry."""


def counted(rules: Windows) -> tuple[OnRecords[Tables], OnCaughtUp[Tables]]:
    """What follows from the decisions of a poll, and once all before an instant have been read."""

    def on_decisions(
        tables: Tables, partition: int, decisions: list[Decoded[Any]], at: Instant
    ) -> Iterable[Produced]:
        told = [each.record for each in decisions if each.record.vendor_id != VENDOR]
        if not told:
            return ()
        cause = decisions[-1].received
        records = rules.count(_kept(tables), partition, told, at)
        return [Produced(record, cause) for record in records]

    def on_caught_up(tables: Tables, until: Instant, at: Instant) -> Iterable[Produced]:
        return [Produced(record) for record in rules.caught_up(_kept(tables), until, at)]

    return on_decisions, on_caught_up


def _kept(tables: Tables) -> Kept:
    return Kept(tables["windows"], tables["counted"], tables["progress"])
