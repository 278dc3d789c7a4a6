"""The worked examples of the documentation, made by running what they show.

`make docs` writes each between its marks. An example of a branch is a folder of `docs/examples`:
`reference.jsonl` as `manifold reference load` takes it, beside the starter data, and
`invoices.jsonl` as `manifold submit` takes it, each with a `request_id` or an `invoice_id`; a line
with `settled` is a settlement. Each event comes a day after the one before. To add one, write the
files, put the marks into the page and a line into `EXAMPLES`.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from typer.testing import CliRunner

from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.einvoice import Unreadable
from connectors.einvoice.json import uploads
from manifold.cli.app import app
from manifold.cli.reference_files import records_of
from manifold.rehearsal import Epoch, Kept, rehearsed
from operators.decision import InvoiceSettled
from operators.money import render
from operators.result import FraudDetails
from operators.time import DAY, Instant
from operators.upload import InvoiceUploaded, Metadata

FIRST_DAY: Instant = 1_772_442_900_000
"""2 March 2026: when the first event of an example is written."""

Columns = Callable[[Kept], Mapping[str, str]]
"""More columns for what is kept after an event."""


class Example(Struct, frozen=True):
    """A branch's example, and the page it is in."""

    name: str
    """Its folder in docs/examples, and the flow that is run."""
    page: str
    """File in docs."""
    columns: Columns = lambda kept: {}
    first_day: Instant = FIRST_DAY
    """When the first event is written."""


class Command(Struct, frozen=True):
    """A command that needs no Kafka, and the page that shows what it prints."""

    name: str
    """Its folder in docs/examples, if it reads files."""
    page: str
    line: str


def _booked(kept: Kept) -> dict[str, str]:
    """What is reserved and confirmed on the only order line of the example."""
    sums = [sums for order in kept["reservations"].values() for sums in order.lines.values()]
    reserved, confirmed = sums[0] if sums else (0, 0)
    return {"reserved": render(reserved, 0), "confirmed": render(confirmed, 0)}


EXAMPLES: tuple[Example | Command, ...] = (
    Command(
        "validation",
        "validation.md",
        "manifold validate --on 2026-03-02 docs/examples/validation/invoice.json",
    ),
    Command("plan-costs", "scale.md", "manifold plan --costs"),
    Command("plan-100", "scale.md", "manifold plan --rate 100 --documents 0.2"),
    Command("plan-1000", "scale.md", "manifold plan --rate 1000 --sla 1s"),
    Command("plan-10000", "scale.md", "manifold plan --rate 10000 --remember 1h --memory 8"),
    Command(
        "plan-1000000",
        "scale.md",
        "manifold plan --rate 1000000 --remember 10m --broker-cores 32 --broker-mib 600",
    ),
    Example("inventory", "branches.md", _booked),
    Example("fraud", "branches.md"),
    Example("pricing", "pricing.md", first_day=FIRST_DAY + 265 * DAY),
)


def with_examples(docs: Path) -> dict[Path, str]:
    """The pages that have examples, as they should be."""
    pages: dict[Path, str] = {}
    for example in EXAMPLES:
        page = docs / example.page
        text = pages.get(page) or page.read_text(encoding="utf-8")
        pages[page] = _between_marks(text, example.name, made(example, docs))
    return pages


def made(example: Example | Command, docs: Path) -> str:
    """An example as Markdown."""
    folder = docs / "examples" / example.name
    if isinstance(example, Command):
        return "\n".join(_of_command(example, folder))
    return "\n".join(_of_branch(example, folder))


def marks(name: str) -> tuple[str, str]:
    """What an example stands between.

    >>> marks("fraud")[1]
    '<!-- example fraud, made by `make docs`: end -->'
    """
    begin = f"<!-- example {name}, made by `make docs`: "
    return f"{begin}begin -->", f"{begin}end -->"


def _between_marks(text: str, name: str, made: str) -> str:
    begin, end = marks(name)
    found = re.compile(f"(?<={re.escape(begin)}\n).*?(?={re.escape(end)})", re.DOTALL)
    if not found.search(text):
        raise ValueError(f"the page of example {name} lacks its marks")
    return found.sub(lambda _: made + "\n", text)


def _of_branch(example: Example, folder: Path) -> Iterator[str]:
    contracts = Contracts.load(namespace="")
    codec = Codec(contracts, LockIds(contracts))
    file = folder / "reference.jsonl"
    reference = list(records_of(contracts, codec, [str(file)], starter=True))
    events = list(_events(folder / "invoices.jsonl", example.first_day))
    epochs = rehearsed(
        example.name,
        reference,
        [(event, example.first_day + number * DAY) for number, event in enumerate(events)],
    )
    yield "What is known, beside the starter data's policy and VAT rates:"
    yield ""
    yield "```json"
    yield file.read_text(encoding="utf-8").rstrip("\n")
    yield "```"
    yield ""
    more = list(example.columns(epochs[-1].kept))
    yield f"| event | answer | says |{''.join(f' {each} |' for each in more)}"
    yield f"|---|---|---|{'---|' * len(more)}"
    rows = [
        (_event(event), *_answer(epoch), *example.columns(epoch.kept).values())
        for event, epoch in zip(events, epochs, strict=True)
    ]
    for row in _without_repetition(rows):
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


def _events(file: Path, first_day: Instant) -> Iterator[Struct]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
        at = first_day + number * DAY
        settled = json.loads(line)
        if "settled" in settled:
            yield InvoiceSettled(
                request_id=settled["request_id"],
                attempt=settled.get("attempt", 1),
                invoice_id=settled["request_id"],
                vendor_id=settled["vendor_id"],
                outcome=settled["settled"],
                settled_at=at,
            )
            continue
        [upload] = uploads(line.encode())
        if isinstance(upload, Unreadable):
            raise ValueError(f"{file}, line {number + 1}: {upload}")
        request_id = upload.request_id or upload.invoice_id
        assert request_id is not None, f"{file}, line {number + 1} has no request_id"
        yield InvoiceUploaded(
            request_id=request_id,
            attempt=upload.attempt,
            invoice_id=upload.invoice_id or request_id,
            vendor_id=upload.vendor_id,
            origin="API",
            uploaded_at=at,
            invoice=upload.invoice,
            metadata=upload.metadata or Metadata(),
        )


def _event(event: Any) -> str:
    of = f"{event.request_id}, attempt {event.attempt}" if event.attempt > 1 else event.request_id
    if isinstance(event, InvoiceSettled):
        return f"{of} settled {event.outcome}"
    invoice = event.invoice
    said = [f"{of}: invoice {invoice.number}" if invoice.number else of]
    said += [
        f"{render(line.quantity, 0)} × {line.name or line.item_id or line.order_line}"
        for line in invoice.lines
        if line.quantity is not None
    ]
    if invoice.totals.payable is not None:
        said.append(f"{render(invoice.totals.payable)} {invoice.currency}")
    return ", ".join(said)


def _answer(epoch: Epoch) -> tuple[str, str]:
    if not epoch.written:
        return "", ""
    [result] = epoch.written
    if isinstance(result.details, FraudDetails):
        evidence = (f"{each.points} points: {each.explanation}" for each in result.details.evidence)
        return f"{result.status}, score {result.details.score}", "<br>".join(evidence)
    return result.status, "<br>".join(each.message for each in result.violations)


def _without_repetition(rows: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Of several rows that say the same in a row, the first and the last."""
    for number, row in enumerate(rows):
        around = rows[max(0, number - 1) : number + 2]
        if len(around) == 3 and len({each[1:] for each in around}) == 1:
            if rows[number - 2][1:] != row[1:] or number < 2:
                yield ("…", *row[1:])
            continue
        yield row


def _of_command(example: Command, folder: Path) -> Iterator[str]:
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        yield f"```{file.suffix.removeprefix('.')}"
        yield file.read_text(encoding="utf-8").rstrip("\n")
        yield "```"
        yield ""
    runner = CliRunner(env={"COLUMNS": "120", "NO_COLOR": "1"})
    before = Path.cwd()
    os.chdir(folder.parents[2])
    try:
        printed = runner.invoke(app, example.line.split()[1:]).output
    finally:
        os.chdir(before)
    yield "```console"
    yield f"$ {example.line}"
    yield from (line.rstrip() for line in printed.rstrip().splitlines())
    yield "```"
