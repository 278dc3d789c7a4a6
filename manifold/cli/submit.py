"""`manifold submit`: publish invoices, and wait for the decisions if asked to."""

import time
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from connectors.browse import every_partition, follow, partitions_of
from connectors.clock import now
from connectors.codec import Undecodable
from connectors.offsets import Where, end_offsets
from connectors.publish import NotWritten, Publisher
from connectors.settings import Documents
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.decisions import Tally, print_decision
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import (
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    Failed,
    complain,
    counted,
    explained,
    json_line,
    printable,
)
from manifold.cli.uploads import Given, Keep, Unusable, uploads
from operators.decision import InvoiceDecision
from operators.result import Source
from operators.upload import Document, InvoiceUploaded, Origin

if TYPE_CHECKING:
    from connectors.object_store import Store


@explained()
def submit(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE…",
            help="UBL, CII or JSON invoices, PDFs and images, directories of them, - for stdin.",
        ),
    ],
    vendor: Annotated[
        str | None,
        typer.Option(help="Vendor id; by default the seller's VAT id, identifier or name."),
    ] = None,
    request: Annotated[
        str | None, typer.Option(help="Request id, for a single invoice; by default a new one.")
    ] = None,
    attempt: Annotated[
        int | None, typer.Option(min=1, help="2 and up for a correction of an earlier upload.")
    ] = None,
    origin: Annotated[
        str | None, typer.Option(help=f"How it came in: {', '.join(get_args(Origin))}.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Print the decisions as they come.")] = False,
    timeout: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="How long to wait for decisions.")
    ] = 60.0,
    as_json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Publish invoices and print their request ids.

    Exits with 1 when something could not be read, sent or, with --wait, was not decided in time.
    """
    if origin is not None and origin.upper() not in get_args(Origin):
        raise typer.BadParameter(f"--origin {origin}: one of {', '.join(get_args(Origin))}")
    given = Given(vendor, request, attempt, origin.upper() if origin else None)  # type: ignore[arg-type]
    there = cluster(bootstrap, extra)
    found = uploads(files, given, _kept_in(there.settings.documents))
    if request is not None:
        found = _only_one(found)
    _Submission(there, as_json).run(found, timeout if wait else None)


def _kept_in(settings: Documents) -> Keep:
    """Stores documents below `documents.url`, which is opened with the first of them."""
    store: list[Store] = []

    def keep(content: bytes, media_type: str) -> Document:
        # What stores documents takes half a second to import.
        from connectors.object_store import Store

        if not store:
            store.append(Store(settings))
        return store[0].put(content, media_type, now())

    return keep


class _Submission:
    def __init__(self, cluster: Cluster, as_json: bool) -> None:
        self._cluster = cluster
        self._as_json = as_json
        self._decided = cluster.topic(InvoiceDecision).name
        self._awaited: dict[str, tuple[str, int]] = {}
        self._failed = False

    def run(
        self, found: Iterator[tuple[str, InvoiceUploaded] | Unusable], timeout: float | None
    ) -> None:
        starts = self._before(timeout is not None)
        self._publish(found)
        if timeout is not None and self._awaited:
            self._wait(starts, timeout)
        if self._failed:
            raise typer.Exit(1)

    def _before(self, waiting: bool) -> dict[Where, int]:
        """Where decisions end before anything is sent, so that none can be missed."""
        uploaded = self._cluster.topic(InvoiceUploaded).name
        topics = [uploaded, self._decided] if waiting else [uploaded]
        counts = partitions_of(self._cluster.kafka, topics)
        if not waiting:
            return {}
        return end_offsets(
            self._cluster.kafka, every_partition({self._decided: counts[self._decided]})
        )

    def _publish(self, found: Iterator[tuple[str, InvoiceUploaded] | Unusable]) -> None:
        kafka, contracts, codec = self._cluster.kafka, self._cluster.contracts, self._cluster.codec
        publisher = Publisher(kafka, contracts, codec, "submit")
        try:
            with publisher:
                for each in found:
                    if isinstance(each, Unusable):
                        self._unusable(each)
                    else:
                        publisher.send(each[1], on_written=self._written(*each))
        except NotWritten as error:
            self._failed = True
            complain(str(error))
        except KeyboardInterrupt:
            complain(f"Interrupted: {counted(publisher.written, 'invoice')} sent, the rest not.")
            raise typer.Exit(EXIT_INTERRUPTED) from None

    def _written(self, file: str, upload: InvoiceUploaded) -> Any:
        def on_written(source: Source) -> None:
            self._awaited[upload.request_id] = (upload.invoice_id, upload.attempt)
            if self._as_json:
                json_line(
                    {
                        "event": "submitted",
                        "request_id": upload.request_id,
                        "attempt": upload.attempt,
                        "invoice_id": upload.invoice_id,
                        "vendor_id": upload.vendor_id,
                        "file": file,
                        "topic": source.topic,
                        "partition": source.partition,
                        "offset": source.offset,
                    }
                )
            else:
                facts = (upload.request_id, upload.invoice_id, upload.vendor_id, file)
                typer.echo("  ".join(map(printable, facts)))

        return on_written

    def _unusable(self, unusable: Unusable) -> None:
        self._failed = True
        if self._as_json:
            error = {"reason": unusable.reason, "message": unusable.message}
            json_line({"event": "unusable", "file": unusable.file, "error": error})
        else:
            complain(f"{unusable.file}: {unusable.message}")

    def _wait(self, starts: dict[Where, int], timeout: float) -> None:
        open_requests = dict(self._awaited)
        tally = Tally()
        deadline = time.monotonic() + timeout

        def done() -> bool:
            return not open_requests or time.monotonic() > deadline

        for received in follow(self._cluster.kafka, starts, done):
            request_id = (received.key or b"").decode(errors="replace")
            if request_id not in self._awaited:
                continue
            try:
                _, decision = self._cluster.codec.decode_any(received.value or b"")
            except Undecodable:
                continue
            if decision["attempt"] != self._awaited[request_id][1]:
                continue
            open_requests.pop(request_id, None)
            tally.count(decision)
            if self._as_json:
                json_line({"event": "decided", **decision})
            else:
                print_decision(decision)
        if not self._as_json:
            typer.echo(tally.sentence())
        self._undecided(open_requests, timeout)

    def _undecided(self, open_requests: dict[str, tuple[str, int]], timeout: float) -> None:
        if not open_requests:
            return
        self._failed = True
        for request_id in open_requests if self._as_json else ():
            json_line({"event": "undecided", "request_id": request_id})
        complain(
            f"{len(open_requests)} of {len(self._awaited)} requests were not decided within "
            f"{timeout:g} s; `manifold trace {next(iter(open_requests))}` says where one is."
        )


def _only_one(
    found: Iterator[tuple[str, InvoiceUploaded] | Unusable],
) -> Iterator[tuple[str, InvoiceUploaded] | Unusable]:
    first = list(islice(found, 2))
    if len(first) > 1:
        raise Failed(
            "--request names one request, and there is more than one invoice: leave it out, and "
            "each gets an id of its own.",
            EXIT_USAGE,
        )
    return chain(first, found)
