"""`manifold transactions`: what holds readers back, and ending it."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from connectors.browse import topics_there
from connectors.contracts import Contracts
from connectors.open_transactions import abort, abortable, find, kafkas_command
from connectors.transaction_log import TOPIC
from manifold.cli.cluster import cluster
from manifold.cli.lag_table import duration
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import (
    EXIT_FAILED,
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
from operators.open_transaction import Hold
from operators.time import isoformat


@explained()
def transactions(
    topic: Annotated[
        list[str] | None,
        typer.Option("--topic", help="Only this topic; may be repeated. Default: Manifold's."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every topic of the cluster.")] = False,
    least: Annotated[
        float, typer.Option("--older-than", min=0, help="Only those open for so many seconds.")
    ] = 60,
    ending: Annotated[
        bool, typer.Option("--abort", help="End those whose process can be named.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Find transactions that stay open and hold readers back; exits 1 when there are any left.

    RUNNING: its coordinator aborts it when its time is over. OVERDUE: it should have. HANGING: no
    coordinator knows it, and it never ends by itself; Kafka's own tool ends it, and the line to run
    is printed.
    """
    there = cluster(bootstrap, extra)
    existing = topics_there(there.kafka)
    wanted = _topics(there.contracts, topic, existing, every)
    counts = {name: existing[name] for name in (*wanted, TOPIC) if name in existing}
    found = find(there.kafka, counts, least)
    _show(found, json)
    named = {hold.transaction.name: hold.transaction for hold in found if hold.transaction}
    if ending and named:
        if not yes:
            typer.confirm(f"Abort {', '.join(named)}?", abort=True, err=True)
        for transaction in named.values():
            abort(there.kafka, transaction)
        complain(f"{counted(len(named), 'transaction')} aborted.")
    left = [hold for hold in found if not (ending and abortable(hold))]
    for hold in left:
        if not abortable(hold):
            complain(f"Only Kafka's own tool ends it: {kafkas_command(there.kafka, hold.held)}")
    if left:
        raise typer.Exit(EXIT_FAILED)


def _topics(
    contracts: Contracts, named: Sequence[str] | None, existing: Mapping[str, int], every: bool
) -> list[str]:
    if every:
        return list(existing)
    if not named:
        return [topic.name for topic in contracts.every_topic() if topic.name in existing]
    found = [name if name in existing else contracts.namespace + name for name in named]
    for name in found:
        if name not in existing:
            raise Failed(f"There is no topic {name}.", EXIT_USAGE)
    return found


def _show(found: Sequence[Hold], json: bool) -> None:
    shown = table("topic", ">p", ">held from", ">offsets", "", ">open for", "transactional id")
    for hold in found:
        held, transaction = hold.held, hold.transaction
        if json:
            json_line(
                {
                    "topic": held.topic,
                    "partition": held.partition,
                    "offset": held.offset,
                    "end": held.end,
                    "kind": hold.kind,
                    "seconds": hold.seconds,
                    "transactional_id": None if transaction is None else transaction.name,
                    "state": None if transaction is None else transaction.state,
                    "started_at": None
                    if transaction is None
                    else isoformat(transaction.started_at),
                    "timeout_seconds": None if transaction is None else transaction.timeout / 1_000,
                }
            )
        shown.add_row(
            printable(held.topic),
            str(held.partition),
            str(held.offset),
            f"{held.end - held.offset:,}",
            hold.kind,
            duration(hold.seconds),
            "–" if transaction is None else printable(transaction.name),
        )
    if json:
        return
    if found:
        console().print(shown)
    else:
        typer.echo("Nothing holds readers back.")
