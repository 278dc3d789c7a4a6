"""`manifold generate`: invented invoices with known faults."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import msgspec
import typer

from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from manifold.generator import Sample, World, invoices, json_line, world
from operators.time import Instant


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


def generate(
    count: Annotated[int, typer.Option(min=1, help="Invoices.")] = 40,
    seed: Annotated[int, typer.Option(help="Same seed, count and date: same invoices.")] = 1,
    rate: Annotated[float, typer.Option(min=0.001, help="Invoices a second.")] = 200,
    faults: Annotated[float, typer.Option(min=0, max=1, help="Share with a fault.")] = 0.2,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day; default: now.")
    ] = None,
    out: Annotated[str, typer.Option(help="File for JSON Lines; - is standard output.")] = "-",
    json: Annotated[bool, typer.Option("--json", help="Summary as one line of JSON.")] = False,
) -> None:
    """Generate invoices, most of them right, some with a fault that one branch should find."""
    begin = date.replace(tzinfo=UTC) if date else datetime.now(UTC)
    stream = generated(count, seed, faults, rate, int(begin.timestamp() * 1000))
    summary = Summary()
    with _opened(out) as file:
        write_lines(summary.counting(stream.samples), file)
    # What is piped on standard output stays JSON Lines.
    typer.echo(_said(summary, json), err=out == "-")


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
