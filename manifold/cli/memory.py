"""`manifold memory`: what people's corrections have taught about the documents of vendors."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from connectors.publish import Publisher
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.memories import remembered_in
from manifold.cli.options import Bootstrap, Extra, Json, commands
from manifold.cli.output import Failed, console, counted, explained, json_line, printable, table
from operators.extraction.lesson_learned import InvoiceLessonLearned
from operators.extraction.memory import Learned, VendorMemory

app = commands(
    "memory",
    "What was learned from corrected documents: list it, show where it is from, forget it.",
)

Vendor = Annotated[str, typer.Argument(metavar="VENDOR", help="The vendor's identifier.")]


@app.command("list")
@explained()
def list_command(json: Json = False, bootstrap: Bootstrap = None, extra: Extra = None) -> None:
    """List the vendors of whom something is remembered."""
    there = cluster(bootstrap, extra)
    memories = sorted(remembered_in(there), key=lambda memory: memory.vendor_id)
    if json:
        for memory in memories:
            json_line(there.codec.to_json(memory))
        return
    if not memories:
        typer.echo("Nothing is remembered: nobody has corrected a document yet.")
        return
    shown = table("vendor", "name", ">facts", ">labels", ">marks", "learned last")
    for memory in memories:
        counts = (len(memory.facts), len(memory.labels), len(memory.marks))
        shown.add_row(
            printable(memory.vendor_id),
            printable(memory.fact("seller.name") or ""),
            *map(str, counts),
            _instant(memory.updated_at),
        )
    console().print(shown)


@app.command("show")
@explained()
def show_command(
    vendor: Vendor, json: Json = False, bootstrap: Bootstrap = None, extra: Extra = None
) -> None:
    """Show what is remembered of a vendor, each with the correction that it is from."""
    there = cluster(bootstrap, extra)
    memory = _memory(there, vendor)
    if json:
        json_line(there.codec.to_json(memory))
        return
    for each in _tables(memory):
        console().print(each)


@app.command("forget")
@explained()
def forget_command(
    vendor: Vendor, json: Json = False, bootstrap: Bootstrap = None, extra: Extra = None
) -> None:
    """Forget what is remembered of a vendor; corrections to come are learned from anew."""
    there = cluster(bootstrap, extra)
    _memory(there, vendor)
    with Publisher(there.kafka, there.contracts, there.codec, "memory") as publisher:
        # For `extract`, which alone changes memories; and for readers, at once.
        publisher.send(InvoiceLessonLearned(vendor_id=vendor, kind="FORGOTTEN"))
        publisher.forget(VendorMemory, vendor)
    if json:
        json_line({"vendor_id": vendor, "forgotten": True})
    else:
        typer.echo(f"Nothing is remembered of {printable(vendor)} any more.")


def _memory(there: Cluster, vendor: str) -> VendorMemory:
    for memory in remembered_in(there):
        if memory.vendor_id == vendor:
            return memory
    raise Failed(
        f"Nothing is remembered of {vendor}. `manifold memory list` shows of whom there is."
    )


def _tables(memory: VendorMemory) -> Iterator[Table]:
    facts = table("field", "value", *_ORIGIN)
    for fact in memory.facts:
        facts.add_row(fact.field, printable(fact.value), *_origin(fact.learned))
    yield facts
    if memory.labels:
        labels = table("field", "stands at", "place", *_ORIGIN)
        for label in memory.labels:
            place = f"page {label.page}, {label.left:.0%} right, {label.top:.0%} down"
            labels.add_row(label.field, printable(label.phrase), place, *_origin(label.learned))
        yield labels
    marks = table("known by", "value", *_ORIGIN)
    for mark in memory.marks:
        marks.add_row(mark.kind, printable(mark.value), *_origin(mark.learned))
    yield marks


_ORIGIN = ("corrected in", "by", "at", ">confirmed")


def _origin(learned: Learned) -> tuple[str, ...]:
    request = printable(learned.request_id)
    return (
        request if learned.attempt == 1 else f"{request} ({learned.attempt})",
        printable(learned.reviewer),
        _instant(learned.at),
        counted(learned.confirmed, "time"),
    )


def _instant(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1_000, UTC):%Y-%m-%d %H:%M}"
