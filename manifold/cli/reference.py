"""`manifold reference`: load and list what the branches measure an invoice against."""

from typing import Annotated, Any

import typer

from connectors.browse import partitions_of, read_all
from connectors.publish import Publisher
from connectors.records import RECORDS
from connectors.reference import HEARTBEAT
from manifold.cli.cluster import cluster, progress
from manifold.cli.options import Bootstrap, Extra, Json, commands
from manifold.cli.output import (
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    Failed,
    complain,
    console,
    counted,
    explained,
    json_line,
    printable,
    table,
)
from manifold.cli.reference_files import records_of

app = commands(
    "reference", "Reference data: load it, list its keys, say that a feed without news is alive."
)

_SHOWN_KEYS = 8


@app.command("load")
@explained()
def load_command(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE…", help="JSON or JSON Lines of {“record”: …, fields}; - for stdin."
        ),
    ] = None,
    starter: Annotated[
        bool, typer.Option("--starter", help="A policy to begin with, and VAT rates of the EU.")
    ] = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Write reference records; one with a key that is there already replaces it.

    Nothing is written unless every record of every file follows its contract.
    """
    if not files and not starter:
        raise Failed("Name files to load, or --starter for data to begin with.", EXIT_USAGE)
    there = cluster(bootstrap, extra)
    records = list(records_of(there.contracts, there.codec, files or [], starter=starter))
    partitions_of(there.kafka, {there.topic(type(record)).name for record in records})
    publisher = Publisher(there.kafka, there.contracts, there.codec, "reference")
    try:
        with publisher, progress("loading") as tell:
            for record in records:
                publisher.send(record)
                tell(publisher.written, len(records))
    except KeyboardInterrupt:
        complain(f"Interrupted: {publisher.written} of {len(records)} records were written.")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if json:
        json_line({"written": publisher.written})
    else:
        typer.echo(f"{counted(publisher.written, 'reference record')} written.")


@app.command("heartbeat")
@explained()
def heartbeat_command(
    topics: Annotated[
        list[str],
        typer.Argument(metavar="TOPIC…", help="Such as purchase_orders or exchange_rates."),
    ],
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Say of reference topics that there is no news: what is in them counts as new.

    For feeds that may have nothing to say for longer than `reference.max_age` allows.
    """
    there = cluster(bootstrap, extra)
    prefix = f"{there.contracts.namespace}reference."
    known: dict[str, type[Any]] = {}
    for record in RECORDS:
        topic = there.topic(record)
        if topic.kind == "reference":
            known[topic.name.removeprefix(prefix)] = record
    names = [name.removeprefix("reference.") for name in topics]
    for name in names:
        if name not in known:
            choice = ", ".join(sorted(known))
            raise Failed(f"There is no reference topic {name}. There are: {choice}.", EXIT_USAGE)
    partitions_of(there.kafka, [prefix + name for name in names])
    with Publisher(there.kafka, there.contracts, there.codec, "reference") as publisher:
        for name in names:
            publisher.heartbeat(known[name])
    if json:
        json_line({"written": publisher.written})
    else:
        typer.echo(f"{counted(publisher.written, 'heartbeat')} written.")


@app.command("list")
@explained()
def list_command(json: Json = False, bootstrap: Bootstrap = None, extra: Extra = None) -> None:
    """Count the records of each reference topic and show their keys."""
    there = cluster(bootstrap, extra)
    topics = [each.name for each in there.contracts.topics.values() if each.kind == "reference"]
    keys: dict[str, set[str]] = {topic: set() for topic in topics}
    for found in read_all(there.kafka, topics):
        if found.key == HEARTBEAT.encode():
            continue
        take = keys[found.topic].discard if found.value is None else keys[found.topic].add
        take((found.key or b"").decode(errors="replace"))
    shown = table("topic", ">records", "keys")
    for topic, written in keys.items():
        ordered = sorted(written)
        if json:
            json_line({"topic": topic, "records": len(ordered), "keys": ordered})
        more = f", … {len(ordered) - _SHOWN_KEYS} more" if len(ordered) > _SHOWN_KEYS else ""
        shown.add_row(
            topic, f"{len(ordered):,}", printable(", ".join(ordered[:_SHOWN_KEYS])) + more
        )
    if not json:
        console().print(shown)
