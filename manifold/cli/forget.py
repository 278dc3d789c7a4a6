"""`manifold forget`: what is known of a vendor, erased wherever it can be."""

import getpass
from typing import Annotated

import typer
from msgspec import Struct

from connectors.clock import now
from connectors.contracts import Topic
from connectors.database import forgetting as rows
from connectors.database.connected import Connected
from connectors.document_cache import forget_read
from connectors.forgetting import Traces, bound, traces
from connectors.object_store import Store
from connectors.publish import Publisher
from connectors.security_event import event
from manifold.cli.cluster import Cluster, cluster, progress
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import console, explained, json_line, printable, table
from operators.extraction.lesson_learned import InvoiceLessonLearned
from operators.extraction.memory import VendorMemory
from operators.reference import ReferenceVendor
from operators.time import isoformat


class Step(Struct, frozen=True):
    """What is done at a place."""

    place: str
    count: int | None
    """How much there is; None where that is not known."""
    outcome: str
    """`erased`, `masked`, `tombstone`, or `kept`; with --dry-run what it would be."""
    until: str | None = None
    """When what is kept goes by itself."""


@explained()
def forget(
    vendor: Annotated[str, typer.Option(metavar="VENDOR", help="The vendor's identifier.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Erase what is known of a vendor, and say what has to be waited for.

    Rows of the database keep amounts, dates and statuses, and lose identifiers and texts; the audit
    trail has hashes only and stays verifiable. Documents, what was read from them, the vendor's
    memory and its master data go. What stands in topics goes when their retention ends: one record
    of a topic cannot be erased. Stop whatever still sends invoices or master data of the vendor.
    """
    there = cluster(bootstrap, extra)
    store, database = Store(there.settings.documents), Connected(there.settings.database.url)
    try:
        database.check_schema()
        with progress("reading uploads") as tell:
            found = traces(
                there.kafka,
                there.contracts,
                there.codec,
                store,
                vendor,
                rows.requests_of(database, vendor),
                tell,
            )
        steps = [
            *_database(database, found, dry_run),
            *_documents(there, store, found, dry_run),
            *_topics(there, vendor, dry_run),
        ]
    finally:
        database.close()
    for step in steps if json else ():
        json_line(step)
    if not json:
        _show(steps, vendor, dry_run)


def _database(database: Connected, found: Traces, dry_run: bool) -> list[Step]:
    counts = rows.forget(database, found.requests, dry_run=dry_run)
    return [
        Step(f"database {name}", count, "erased" if name in rows.DELETED else "masked")
        for name, count in counts.items()
    ]


def _documents(there: Cluster, store: Store, found: Traces, dry_run: bool) -> list[Step]:
    read = forget_read(there.settings.redis, there.settings.namespace, found.hashes, dry_run)
    if not dry_run:
        for key in sorted(found.documents):
            store.delete(key)
    steps = [
        Step("documents", len(found.documents), "erased"),
        Step("what was read from documents (Redis)", read, "erased"),
    ]
    if found.shared:
        steps.append(Step("documents that other vendors' requests point at", found.shared, "kept"))
    return steps


def _topics(there: Cluster, vendor: str, dry_run: bool) -> list[Step]:
    if not dry_run:
        with Publisher(there.kafka, there.contracts, there.codec, "forget") as publisher:
            publisher.forget(ReferenceVendor, vendor)
            # For `extract`, which alone changes memories; and for readers, at once.
            publisher.send(InvoiceLessonLearned(vendor_id=vendor, kind="FORGOTTEN"))
            publisher.forget(VendorMemory, vendor)
            publisher.send(event("FORGOTTEN", subject=getpass.getuser(), about=vendor))
    erased = (there.topic(ReferenceVendor), there.topic(VendorMemory))
    steps = [Step(f"topic {topic.name}", None, "tombstone") for topic in erased]
    return steps + [
        Step(f"topic {topic.name}", None, "kept", _until(topic)) for topic in bound(there.contracts)
    ]


def _until(topic: Topic) -> str:
    if topic.cleanup != "delete":
        return "a newer record of its key"
    if topic.retention_ms < 0:
        return "the topic is deleted"
    return isoformat(now() + topic.retention_ms)[:10]


def _show(steps: list[Step], vendor: str, dry_run: bool) -> None:
    shown = table("place", ">how many", "would be" if dry_run else "is", "until")
    for step in steps:
        count = "" if step.count is None else f"{step.count:,}"
        shown.add_row(printable(step.place), count, step.outcome, step.until or "")
    console().print(shown)
    if not dry_run:
        typer.echo(
            f"{printable(vendor)} is forgotten where it can be. Repeat this once the flows have "
            "read everything: what was on its way has been written since."
        )
