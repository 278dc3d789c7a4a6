"""`manifold submit`: publish invoices, and wait for the decisions if asked to."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from connectors.browse import partitions_of
from connectors.clock import now
from connectors.codec import TooLarge
from connectors.einvoice.uploaded import Given
from connectors.publish import NotWritten, Publisher
from connectors.settings import Documents
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.outcomes import Outcomes, Sent
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
from manifold.cli.uploads import Keep, Unusable, uploads
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
    wait: Annotated[
        bool, typer.Option("--wait", help="Print what becomes of them as it comes.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="How long to wait.")
    ] = 60.0,
    as_json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Publish invoices and print their request ids; documents are stored below `documents.url`.

    With --wait, prints decisions, what a person is asked to read, and dead letters. Exits with 1
    when something could not be read or sent, became a dead letter, or nothing in time.
    """
    if origin is not None and origin.upper() not in get_args(Origin):
        raise typer.BadParameter(f"--origin {origin}: one of {', '.join(get_args(Origin))}")
    given = Given(vendor, request, attempt, origin.upper() if origin else None)  # type: ignore[arg-type]  # checked above
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
        self._sent: dict[str, Sent] = {}
        self._failed = False

    def run(
        self, found: Iterator[tuple[str, InvoiceUploaded] | Unusable], timeout: float | None
    ) -> None:
        partitions_of(self._cluster.kafka, [self._cluster.topic(InvoiceUploaded).name])
        outcomes = None if timeout is None else Outcomes(self._cluster, self._as_json)
        self._publish(found)
        if outcomes is not None and timeout is not None and self._sent:
            self._failed |= not outcomes.wait(self._sent, timeout)
        if self._failed:
            raise typer.Exit(1)

    def _publish(self, found: Iterator[tuple[str, InvoiceUploaded] | Unusable]) -> None:
        kafka, contracts, codec = self._cluster.kafka, self._cluster.contracts, self._cluster.codec
        publisher = Publisher(kafka, contracts, codec, "submit")
        try:
            with publisher:
                for each in found:
                    if isinstance(each, Unusable):
                        self._unusable(each)
                    else:
                        self._send(publisher, *each)
        except NotWritten as error:
            self._failed = True
            complain(str(error))
        except KeyboardInterrupt:
            complain(f"Interrupted: {counted(publisher.written, 'invoice')} sent, the rest not.")
            raise typer.Exit(EXIT_INTERRUPTED) from None

    def _send(self, publisher: Publisher, file: str, upload: InvoiceUploaded) -> None:
        try:
            publisher.send(upload, on_written=self._written(file, upload))
        except TooLarge as error:
            self._unusable(Unusable(file, "too_large", str(error)))

    def _written(self, file: str, upload: InvoiceUploaded) -> Any:
        def on_written(source: Source) -> None:
            self._sent[upload.request_id] = Sent(
                upload.request_id, upload.attempt, upload.invoice_id, source
            )
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
                vendor = upload.vendor_id or "?"
                facts = (upload.request_id, upload.invoice_id, vendor, file)
                typer.echo("  ".join(map(printable, facts)))

        return on_written

    def _unusable(self, unusable: Unusable) -> None:
        self._failed = True
        if self._as_json:
            error = {"reason": unusable.reason, "message": unusable.message}
            json_line({"event": "unusable", "file": unusable.file, "error": error})
        else:
            complain(f"{unusable.file}: {unusable.message}")


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
