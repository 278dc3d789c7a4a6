"""`manifold generate`: invented invoices with known faults."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import msgspec
import typer

from connectors.browse import partitions_of
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.publish import Publisher
from manifold.cli.cluster import Cluster, cluster, progress
from manifold.cli.documents import documents
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import EXIT_INTERRUPTED, Failed, explained
from manifold.generator import Sample, World, invoices, json_line, reference_records, world
from operators.time import Instant
from operators.upload import InvoiceUploaded

app = typer.Typer(name="generate", invoke_without_command=True, add_completion=False)


class Generated(msgspec.Struct, frozen=True):
    """A world and the stream of invoices on it."""

    world: World
    samples: Iterator[Sample]


class Summary(msgspec.Struct):
    """What has been generated."""

    invoices: int = 0
    right: int = 0
    faults: Counter[str] = msgspec.field(default_factory=Counter)

    def counting(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        """The same samples, counted as they pass."""
        for sample in samples:
            self.invoices += 1
            if sample.fault is None:
                self.right += 1
            else:
                self.faults[sample.fault] += 1
            yield sample


def generated(count: int, seed: int, faults: float, rate: float, start: Instant) -> Generated:
    """A world for `count` invoices and the stream on it, `rate` invoices a second from `start`."""
    made = world(seed, count, datetime.fromtimestamp(start / 1000, UTC).date())
    return Generated(made, invoices(made, seed, count, start, faults, 1000 / rate))


def write_lines(samples: Iterable[Sample], out: IO[bytes]) -> None:
    """Write samples as JSON Lines."""
    contracts = Contracts.load()
    codec = Codec(contracts, LockIds(contracts))
    for sample in samples:
        out.write(json_line(sample, codec.to_json))


@app.callback()
@explained()
def generate(
    context: typer.Context,
    count: Annotated[int, typer.Option(min=1, help="Invoices.")] = 40,
    seed: Annotated[int, typer.Option(help="Same seed, count and date: same invoices.")] = 1,
    rate: Annotated[float, typer.Option(min=0.001, help="Invoices a second.")] = 200,
    faults: Annotated[float, typer.Option(min=0, max=1, help="Share with a fault.")] = 0.2,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day; default: now.")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(help="A file for JSON Lines instead of Kafka; - is standard output."),
    ] = None,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Generate invoices, most of them right, some with a fault that one branch should find.

    Publishes the reference data they are measured against, then the invoices, --rate a second.
    `manifold generate documents` prints invoices as PDFs, scans and photos instead.
    """
    if context.invoked_subcommand is not None:
        return
    begin = date.replace(tzinfo=UTC) if date else datetime.now(UTC)
    stream = generated(count, seed, faults, rate, int(begin.timestamp() * 1000))
    summary = Summary()
    if out is None:
        published(cluster(bootstrap, extra), stream, count, rate, summary)
    else:
        with _opened(out) as file:
            write_lines(summary.counting(stream.samples), file)
    # What is piped on standard output stays JSON Lines.
    typer.echo(_said(summary, json), err=out == "-")


app.command("documents")(documents)


def published(
    cluster: Cluster, stream: Generated, count: int, rate: float, summary: Summary
) -> None:
    """Publish the reference data, then the samples, `rate` a second.

    Ctrl-C ends it after what was accepted has been written.
    """
    partitions_of(cluster.kafka, [cluster.topic(InvoiceUploaded).name])
    with Publisher(cluster.kafka, cluster.contracts, cluster.codec, "generate") as publisher:
        for key, record in reference_records(stream.world):
            publisher.send(record, key)
    samples = summary.counting(stream.samples)
    publisher = Publisher(cluster.kafka, cluster.contracts, cluster.codec, "generate")
    started = time.monotonic()
    try:
        with publisher, progress("publishing") as shown:
            for sample in samples:
                ahead = summary.invoices / rate - (time.monotonic() - started)
                if ahead > 0:
                    time.sleep(ahead)
                publisher.send(sample.upload)
                shown(summary.invoices, count)
    except KeyboardInterrupt:
        raise Failed(
            f"Interrupted: {publisher.written} invoices were sent, the rest was not.",
            EXIT_INTERRUPTED,
        ) from None


def _said(summary: Summary, json: bool) -> str:
    if json:
        return msgspec.json.encode(summary).decode()
    named = ", ".join(f"{fault} {number}" for fault, number in sorted(summary.faults.items()))
    text = f"{summary.invoices} invoices, {summary.right} without a fault"
    return f"{text}; {named}" if named else text


@contextmanager
def _opened(out: str) -> Iterator[IO[bytes]]:
    try:
        with nullcontext(sys.stdout.buffer) if out == "-" else Path(out).open("wb") as file:
            yield file
    except BrokenPipeError:
        raise typer.Exit(0) from None
    except OSError as error:
        typer.echo(f"{out} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(1) from error
