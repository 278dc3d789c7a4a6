"""`manifold rebuild`: the database that `collect` writes, made anew from the topics."""

import time
from typing import Annotated

import typer

from connectors.browse import read_all, topics_there
from connectors.codec import Undecodable
from connectors.database import DatabaseError, Store
from connectors.database.engine import parsed
from connectors.database.migration import migrate
from connectors.database.sealing import Sealing
from connectors.groups import Groups
from connectors.rebuilding import Head, Missing, TrailDiffers, rebuild
from connectors.wire import Wire
from flows import COLLECT
from flows.collect import RECORDS
from manifold.cli.cluster import Cluster, cluster, progress
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import EXIT_USAGE, Failed, counted, explained, json_line
from operators.audit import InvoiceAudit


@explained()
def rebuild_command(
    url: Annotated[
        str | None, typer.Option("--url", help="Instead of the setting database.url.")
    ] = None,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Make the database anew from the topics, or add what a restored backup lacks.

    invoice.audit says which records were entered, in which order; they are read again and entered
    again. Each chain has to end with the same hash as before, which proves that every entry is the
    same. Stop `collect` first, or name another database; interrupted, run it again. Records that
    their topics have let go cannot be read: restore a backup that has them, and run this on it.
    """
    if url is not None:
        _refuse_nonsense(url)
    there = cluster(bootstrap, extra)
    topics_there(there.kafka)
    wanted = url or there.settings.database.url
    if wanted == there.settings.database.url:
        _refuse_running(there)
    began = time.monotonic()
    database = migrate(wanted).database
    store = Store.connect(wanted, Sealing.of(there.settings))
    try:
        heads = {chain: Head(*head) for chain, head in store.heads().items()}
        missing = Missing(heads)
        with progress("reading the audit trail") as tell:
            decode = there.codec.decoder(InvoiceAudit)
            for received in read_all(there.kafka, [there.topic(InvoiceAudit).name], tell=tell):
                try:
                    missing.take(decode(received.value or b""))
                except Undecodable as error:
                    where = f"{received.topic} {received.partition}:{received.offset}"
                    raise TrailDiffers(f"{where} is no entry of an audit trail: {error}") from None
        wire = Wire(there.group(COLLECT), there.contracts, there.codec, RECORDS)
        with progress("entering records") as tell:
            rebuilt = rebuild(there.kafka, missing, wire, store, tell)
    finally:
        store.close()
    seconds = time.monotonic() - began
    before = sum(head.sequence for head in heads.values())
    if json:
        json_line(
            {
                "event": "rebuilt",
                "database": database,
                "entries": rebuilt.entries,
                "entries_before": before,
                "chains": rebuilt.chains,
                "seconds": round(seconds, 1),
            }
        )
        return
    typer.echo(
        f"{database}: {counted(rebuilt.entries, 'entry', 'entries')} added to {before:,} in "
        f"{counted(rebuilt.chains, 'chain')}, {seconds:.1f} s. Each chain ends as the audit trail "
        "says."
    )


def _refuse_nonsense(url: str) -> None:
    try:
        parsed(url)
    except DatabaseError as error:
        raise Failed(f"--url: {error}", EXIT_USAGE) from None


def _refuse_running(there: Cluster) -> None:
    group = there.group(COLLECT)
    members = Groups(there.kafka).members([group])[group]
    if members:
        raise Failed(
            f"{group} has {counted(members, 'member')}, which write the same database: stop its "
            "processes first, or name another database with --url"
        )
