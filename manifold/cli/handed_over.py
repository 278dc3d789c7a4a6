"""`manifold handover`: approved invoices that were handed over: list them, hand one over again."""

from typing import Annotated

import typer

from connectors.browse import read_between, start_offsets
from connectors.codec import Undecodable
from connectors.resending import Resending
from connectors.stream import Received
from manifold.cli.cluster import Cluster, cluster, progress
from manifold.cli.open_reviews import partitions_about
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import Failed, console, explained, json_line, printable, table
from operators.enrichment import InvoiceEnriched
from operators.handed_over import InvoiceHandedOver
from operators.time import isoformat

app = typer.Typer(
    name="handover",
    help="Approved invoices that were handed over to where they are posted: list, resend.",
    add_completion=False,
    no_args_is_help=True,
)


@app.command("list")
@explained()
def list_command(
    request: Annotated[
        str | None, typer.Option(metavar="REQUEST_ID", help="Only of this request.")
    ] = None,
    last: Annotated[int, typer.Option(min=1, help="So many, the latest.")] = 50,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """List what receivers have acknowledged: when, who, and what they call it."""
    there = cluster(bootstrap, extra)
    found = sorted(_acknowledged(there, request), key=lambda each: each.handed_over_at)[-last:]
    if json:
        for each in found:
            json_line(there.codec.to_json(each))
        return
    if not found:
        typer.echo(
            "Nothing has been handed over. Is the flow `deliver` running, and `handover.by` set? "
            "What could not be delivered is in `manifold dlq list invoice.enriched`."
        )
        return
    shown = table("handed over", "request", ">attempt", "invoice", "vendor", "to", "reference", "")
    for each in found:
        shown.add_row(
            isoformat(each.handed_over_at),
            printable(each.request_id),
            str(each.attempt),
            printable(each.invoice_id),
            printable(each.vendor_id),
            printable(each.receiver),
            printable(each.reference or ""),
            "again" if each.resent else "",
        )
    console().print(shown)


def _acknowledged(there: Cluster, request_id: str | None) -> list[InvoiceHandedOver]:
    decode = there.codec.decoder(InvoiceHandedOver)
    wheres = partitions_about(there, InvoiceHandedOver, request_id)
    found: list[InvoiceHandedOver] = []
    with progress("reading") as tell:
        for received in read_between(there.kafka, start_offsets(there.kafka, wheres), tell=tell):
            try:
                each = decode(received.value or b"")
            except Undecodable:
                continue
            if request_id in (None, each.request_id):
                found.append(each)
    return found


@app.command("resend")
@explained()
def resend_command(
    request_id: Annotated[
        str, typer.Argument(metavar="REQUEST_ID", help="The request, as `handover list` has it.")
    ],
    attempt: Annotated[
        int | None, typer.Option(min=1, help="The attempt; without, the latest.")
    ] = None,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Hand an approved invoice over again, with the idempotency key that it had.

    A webhook that has it already says so; a file of postings is written anew, under another name.
    """
    there = cluster(bootstrap, extra)
    received, found = _enriched(there, request_id, attempt)
    with Resending(there.kafka) as resending:
        resending.resend(received, there.group("deliver"))
    typer.echo(f"{request_id} attempt {found} is handed over again as soon as `deliver` runs.")


def _enriched(there: Cluster, request_id: str, attempt: int | None) -> tuple[Received, int]:
    decode = there.codec.decoder(InvoiceEnriched)
    wheres = partitions_about(there, InvoiceEnriched, request_id)
    best: tuple[Received, int] | None = None
    for received in read_between(there.kafka, start_offsets(there.kafka, wheres)):
        try:
            each = decode(received.value or b"")
        except Undecodable:
            continue
        if each.request_id != request_id or attempt not in (None, each.attempt):
            continue
        if best is None or each.attempt >= best[1]:
            best = received, each.attempt
    if best is None:
        of = f"attempt {attempt} of " if attempt else ""
        raise Failed(
            f"No approved invoice of {of}{request_id} is in the topic: `manifold explain "
            f"{request_id}` says how it was decided."
        )
    return best
