"""`manifold statistics`: what came of invoices, in windows of time, over all partitions."""

from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table

from connectors.browse import every_partition, follow, partitions_of, read_between, start_offsets
from connectors.codec import Undecodable
from connectors.offsets import end_offsets
from connectors.stream import Received
from manifold.cli.cluster import Cluster, cluster, progress
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import complain, console, counted, explained, json_line, printable, table
from operators.money import render
from operators.statistics import LENGTHS, InvoiceStatistics, Totals
from operators.time import Instant, isoformat

_MOST_REASONS = 10
_NAMES = {name: length for length, (name, _) in LENGTHS.items()}


class Length(StrEnum):
    """How long a window is."""

    MINUTE = "1m"
    HOUR = "1h"


@explained()
def statistics(
    window: Annotated[Length, typer.Option(help="How long a window is.")] = Length.MINUTE,
    last: Annotated[int, typer.Option(min=1, help="So many windows, the latest.")] = 10,
    following: Annotated[
        bool, typer.Option("--follow", "-f", help="Then each window anew when it changes.")
    ] = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Print how many invoices were decided how, for how much and how fast.

    An invoice counts in the window in which its first branch answered, by the decision in force.
    A window without ✓ can still grow; what people decide later changes those with it, too.
    """
    there = cluster(bootstrap, extra)
    topic = there.topic(InvoiceStatistics).name
    partitions = every_partition(partitions_of(there.kafka, [topic]))
    known = Known(there, window)
    ends = end_offsets(there.kafka, partitions)
    with progress("reading") as tell:
        for received in read_between(
            there.kafka, start_offsets(there.kafka, partitions), tell=tell
        ):
            known.take(received)
    starts = known.starts()[-last:]
    if json:
        for start in starts:
            json_line(known.as_json(start))
    elif starts:
        console().print(_report(known, starts))
    else:
        complain("Nothing has been counted yet: is the flow `statistics` running?")
    if following:
        # Ctrl-C is how it is meant to end.
        with suppress(KeyboardInterrupt):
            for start in _changes(there, ends, known):
                if json:
                    json_line(known.as_json(start))
                else:
                    typer.echo("  ".join(_cells(known, start)).rstrip())


def _changes(there: Cluster, ends: dict[tuple[str, int], int], known: "Known") -> Iterator[Instant]:
    for received in follow(there.kafka, ends, lambda: False):
        start = known.take(received)
        if start is not None:
            yield start


class Known:
    """The record in force of each window and partition."""

    def __init__(self, there: Cluster, window: Length) -> None:
        """Know nothing yet; `window`: of which length."""
        self._decode = there.codec.decoder(InvoiceStatistics)
        self._length = _NAMES[window.value]
        self._window = window
        self._records: dict[Instant, dict[int, InvoiceStatistics]] = {}

    def take(self, received: Received) -> Instant | None:
        """Take a record over; where the window starts that is different now.

        What is no record of the topic says nothing.
        """
        try:
            record = self._decode(received.value or b"")
        except Undecodable:
            return None
        if record.length != self._length:
            return None
        partitions = self._records.setdefault(record.starts_at, {})
        before = partitions.get(record.partition)
        if before is not None and before.revision >= record.revision:
            return None
        partitions[record.partition] = record
        return record.starts_at

    def starts(self) -> list[Instant]:
        """Where the windows begin."""
        return sorted(self._records)

    def records(self, start: Instant) -> list[InvoiceStatistics]:
        """The records of a window, one of each partition."""
        return list(self._records[start].values())

    def as_json(self, start: Instant) -> dict[str, Any]:
        """A window over all partitions, for machines."""
        records = self.records(start)
        fields = Totals.of(records).fields()
        return {
            "window": self._window.value,
            "starts_at": isoformat(start),
            "ends_at": isoformat(records[0].ends_at),
            "closed": all(record.closed for record in records),
            "decided": fields["decided"],
            "late": fields["late"],
            "statuses": {each.status: each.count for each in fields["statuses"]},
            "rules": {each.rule_id: each.count for each in fields["rules"]},
            "rows": {each.row: each.count for each in fields["rows"]},
            "amounts": [
                {
                    "currency": each.currency,
                    "status": each.status,
                    "count": each.count,
                    "amount": render(each.amount),
                }
                for each in fields["amounts"]
            ],
            "without_amount": fields["without_amount"],
            "latencies": {
                each.measured: {
                    "count": each.count,
                    "p50": each.p50,
                    "p90": each.p90,
                    "p99": each.p99,
                }
                for each in fields["latencies"]
            },
        }


_COLUMNS = (
    *("window", "", ">decided", ">approved", ">review", ">rejected"),
    *(">p50", ">p90", ">p99"),
)


def _cells(known: Known, start: Instant) -> list[str]:
    records = known.records(start)
    totals = Totals.of(records)
    fields = totals.fields()
    whole = [each for each in fields["latencies"] if each.measured == "DECISION"]
    quantiles = (
        [f"{each:,}" for each in (whole[0].p50, whole[0].p90, whole[0].p99)] if whole else []
    )
    return [
        isoformat(start)[5:16].replace("T", " "),
        "✓" if all(record.closed for record in records) else " ",
        f"{totals.decided:,}",
        *(f"{totals.statuses.get(each, 0):,}" for each in ("APPROVED", "REVIEW", "REJECTED")),
        *(quantiles or ["", "", ""]),
    ]


def _report(known: Known, starts: list[Instant]) -> RenderableType:
    windows = table(*_COLUMNS)
    for start in starts:
        windows.add_row(*_cells(known, start))
    fields = Totals.of(record for start in starts for record in known.records(start)).fields()
    for column in windows.columns:
        column.no_wrap = True
    parts: list[RenderableType] = [windows, "These windows together:"]
    parts += [Padding(each, (0, 0, 0, 2)) for each in _together(fields) if each.row_count]
    if fields["late"]:
        late = counted(fields["late"], "decision")
        parts.append(f"{late} came when a window of their own was no longer kept.")
    return Group(*parts)


def _together(fields: dict[str, Any]) -> Iterator[Table]:
    amounts = table("amount due", "", ">invoices", ">sum")
    for each in fields["amounts"]:
        amounts.add_row(each.currency, each.status, f"{each.count:,}", render(each.amount))
    if fields["without_amount"]:
        amounts.add_row("", "not known", f"{fields['without_amount']:,}", "")
    yield amounts
    reasons = table("reason", "", ">invoices")
    for row in fields["rows"]:
        reasons.add_row("row", printable(row.row), f"{row.count:,}")
    for rule in fields["rules"][:_MOST_REASONS]:
        reasons.add_row("rule", printable(rule.rule_id), f"{rule.count:,}")
    yield reasons
    latencies = table("from upload to", ">measured", ">p50 ms", ">p90 ms", ">p99 ms")
    for each in fields["latencies"]:
        latencies.add_row(
            each.measured.lower(),
            f"{each.count:,}",
            f"{each.p50:,}",
            f"{each.p90:,}",
            f"{each.p99:,}",
        )
    yield latencies
