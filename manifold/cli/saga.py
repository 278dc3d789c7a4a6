"""`manifold saga`: whether inventory has booked every invoice once, and none beyond its goods."""

import time
from collections.abc import Callable
from typing import Annotated, Any

import typer

from connectors.browse import every_partition, partitions_of, read_between, start_offsets
from connectors.groups import committed
from connectors.offsets import Where, end_offsets
from connectors.saga_history import SagaHistory
from flows import FUSED
from manifold.cli.cluster import Cluster, cluster, progress
from manifold.cli.options import Bootstrap, Extra, Json, commands
from manifold.cli.output import EXIT_FAILED, counted, explained, json_line, printable
from operators.books import Audited, Finding
from operators.decision import InvoiceSettled
from operators.result import Source
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

app = commands(
    "saga", "See whether what invoices have reserved was confirmed or given back, each once."
)

_A_COMMIT = 1.0
"""Seconds within which a transaction that has begun to write its changelogs has written them."""


@app.callback()
def saga() -> None:
    """See whether what invoices have reserved was confirmed or given back, each once."""


@app.command("check")
@explained()
def check(
    limit: Annotated[int, typer.Option(min=0, help="Print so many findings at most.")] = 50,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Audit inventory's books over everything that stands in Kafka; exit code 1 if one is wrong.

    For each order line, at every commit: reserved + confirmed ≤ received + tolerance, and what was
    released is not counted. The books are kept anew from the answers, the settlements, the
    receipts and the policies, and held against inventory's own. Nothing is written, no offset
    is moved; flows may run meanwhile.
    """
    there = cluster(bootstrap, extra)
    began = time.monotonic()
    audited = _audited(there)
    seconds = time.monotonic() - began
    if json:
        for finding in audited.findings[:limit]:
            json_line({"event": "finding", **_as_json(finding)})
        json_line({"event": "audited", **_figures(audited), "seconds": round(seconds, 1)})
    else:
        for finding in audited.findings[:limit]:
            _tell(finding)
        _sum_up(audited, seconds)
    if audited.findings:
        raise typer.Exit(EXIT_FAILED)


def _audited(there: Cluster) -> Audited:
    history = SagaHistory(there.contracts, there.codec)
    kafka = there.kafka
    counts = partitions_of(kafka, (*history.changelogs, *history.others))
    partitions = every_partition(counts)
    starts = start_offsets(kafka, partitions)
    for (topic, _), start in starts.items():
        if start > 0:
            history.expired(topic)
    # What inventory has read by now is in what its changelogs hold by now.
    read = _read(there, counts)
    changelogs = [where for where in partitions if where[0] in history.changelogs]
    ends = end_offsets(kafka, changelogs)
    time.sleep(_A_COMMIT)
    for part, what in ((history.changelogs, "reading the books"), (history.others, "and vouchers")):
        wanted = {where: start for where, start in starts.items() if where[0] in part}
        with progress(what) as tell:
            for received in read_between(kafka, wanted, tell=tell):
                history.take(received)
    with progress("comparing") as tell:
        return history.audited(
            read, lambda source: source.offset < ends[source.topic, source.partition], tell
        )


def _read(there: Cluster, counts: dict[str, int]) -> Callable[[Source], bool]:
    """Whether inventory has read a record, in one process with the others or by itself."""
    kinds: tuple[type[Any], ...] = (InvoiceUploaded, InvoiceOcrCompleted, InvoiceSettled)
    topics = {there.topic(kind).name for kind in kinds}
    inputs = every_partition({topic: counts[topic] for topic in topics})
    reached: dict[Where, int] = dict.fromkeys(inputs, 0)
    for flow in ("inventory", FUSED):
        for where, offset in committed(there.kafka, there.group(flow), inputs).items():
            reached[where] = max(reached[where], offset or 0)
    return lambda source: source.offset < reached.get((source.topic, source.partition), 0)


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "message": finding.message,
        "request_ids": finding.request_ids,
        "purchase_order": finding.purchase_order,
        "order_line": finding.order_line,
        "sources": [
            {"topic": each.topic, "partition": each.partition, "offset": each.offset}
            for each in finding.sources
        ],
    }


def _figures(audited: Audited) -> dict[str, int]:
    return {
        "order_lines": audited.order_lines,
        "orders": audited.orders,
        "requests": audited.requests,
        "answers": audited.answers,
        "settlements": audited.settlements,
        "commits": audited.commits,
        "compacted_partitions": audited.compacted,
        "above_after_correction": audited.above,
        "unproven": audited.unproven,
        "violations": len(audited.findings),
    }


def _tell(finding: Finding) -> None:
    typer.echo(f"{finding.kind}: {printable(finding.message)}")
    for request_id in finding.request_ids[:3]:
        typer.echo(f"  request {printable(request_id)}")
    if len(finding.request_ids) > 3:
        typer.echo(f"  and {counted(len(finding.request_ids) - 3, 'more request')}")
    for each in finding.sources:
        typer.echo(f"  {each.topic} {each.partition}:{each.offset}")


def _sum_up(audited: Audited, seconds: float) -> None:
    typer.echo(
        f"{counted(audited.order_lines, 'order line')} of {counted(audited.orders, 'order')}, "
        f"{counted(audited.requests, 'request')}, {counted(audited.settlements, 'settlement')} and "
        f"{counted(audited.commits, 'commit')} checked in {seconds:.1f} s."
    )
    if audited.above:
        typer.echo(
            f"{counted(audited.above, 'order line')} above what is received now: a receipt was "
            "corrected downwards after it was billed; nothing has been reserved since."
        )
    if audited.compacted:
        typer.echo(
            f"The history of {counted(audited.compacted, 'partition')} has been compacted: there, "
            "limits and what is reserved now were checked."
        )
    if audited.unproven:
        typer.echo(
            f"{counted(audited.unproven, 'commit')} booked more than is known to have been "
            "received; receipts or policies of that time are no longer in Kafka."
        )
    typer.echo(f"{counted(len(audited.findings), 'violation')}.")
