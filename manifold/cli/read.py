"""`manifold read`: what we read in an invoice, without Kafka."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, TypeAlias

import msgspec
import typer
from rich.console import Console

from connectors.einvoice import Reading, Unreadable, read_uploads, to_json
from connectors.einvoice.pages import has_pages
from manifold.cli.invoice_summary import summary
from manifold.cli.looking import looked_at
from manifold.cli.options import Json
from manifold.cli.output import explained, printable
from manifold.cli.page_images import PageImages
from operators import money
from operators.extraction.memory_recall import Memories
from operators.extraction.outcome import DocumentRead
from operators.extraction.record import ModelUse


@explained()
def read(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE…",
            help="UBL, CII or JSON invoices, PDFs and images; - reads standard input.",
        ),
    ],
    as_json: Json = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Draw the values of PDFs and images onto their pages, coloured by how sure they "
            "are: NAME-1.png and so on.",
        ),
    ] = False,
    into: Annotated[
        str, typer.Option(metavar="DIR", help="Where --explain writes; made if need be.")
    ] = ".",
    memory: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|kafka",
            help="Read with what is remembered of vendors: a file of what `manifold memory list "
            "--json` prints, or the topic of the settings' broker.",
        ),
    ] = None,
) -> None:
    """Print invoices as Manifold reads them, without Kafka unless --memory says so.

    Of a PDF or an image also how sure each value is, the way it was read, and what would follow:
    ACCEPT, PERSON when a person had to look at it, or MODEL when a language model could be asked
    before and none was. With the setting model.api_key one is asked, and gets the text of what
    could not be read surely. Exits with 1 when a file cannot be read.
    """
    console = Console(markup=False, highlight=False, emoji=False)
    images = PageImages(into) if explain else None
    memories = None if memory is None else _memories(memory)
    unreadable = False
    for file in files:
        for found in found_in(file, images, memories):
            if isinstance(found, Unreadable):
                unreadable = True
            if as_json:
                drawn = {} if images is None else {"images": images.of(file)}
                shown = json.dumps({**_machine(file, found), **drawn}, ensure_ascii=False)
                typer.echo(shown.encode())
            elif isinstance(found, Unreadable):
                typer.echo(f"{file}: {found}", err=True)
            else:
                console.print(summary(file, found))
                for path in () if images is None else images.of(file):
                    typer.echo(f"  {printable(path)}")
    if unreadable:
        raise typer.Exit(1)


Found: TypeAlias = Reading | DocumentRead | Unreadable
"""What is found in a file."""


def _memories(where: str) -> Memories:
    # Only those who ask for it wait for the clients of Kafka and the registry to be imported.
    from manifold.cli.memories import memories_from

    return memories_from(where)


def found_in(
    file: str, images: PageImages | None = None, memories: Memories | None = None
) -> Iterator[Found]:
    """The invoices of a file, or of standard input for -.

    `images`: to draw them into; `memories`: what is remembered of vendors, to read them with.
    """
    try:
        stdin = typer.get_binary_stream("stdin")
        content = stdin.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        yield Unreadable("no_file", f"The file cannot be opened: {error.strerror}.")
        return
    if has_pages(content):
        yield _document_in(content, file, images, memories)
    else:
        yield from read_uploads(content)


def _document_in(
    content: bytes, file: str, images: PageImages | None, memories: Memories | None
) -> DocumentRead | Unreadable:
    try:
        examined = looked_at(content, memories)
    except Unreadable as unreadable:
        return unreadable
    if images is not None:
        images.write(file, content, examined)
    return examined.read


def _machine(file: str, found: Found) -> dict[str, object]:
    if isinstance(found, Unreadable):
        return {"file": file, "error": {"reason": found.reason, "message": str(found)}}
    if isinstance(found, Reading):
        return {"file": file, "syntax": found.syntax, "invoice": to_json(found.invoice)}
    reading = found.reading
    return {
        "file": file,
        "route": reading.route,
        "kind": reading.kind,
        "language": reading.language,
        "pages": reading.pages,
        "next": found.step.action,
        "doubtful": found.step.doubtful,
        "invoice": to_json(found.invoice),
        "fields": msgspec.to_builtins(reading.fields),
        "differences": msgspec.to_builtins(reading.differences),
        "milliseconds": {stage.name: stage.milliseconds for stage in reading.stages},
        "memory": msgspec.to_builtins(reading.memory),
        "model": reading.model and _use(reading.model),
    }


def _use(model: ModelUse) -> dict[str, object]:
    return {**msgspec.structs.asdict(model), "cost": money.render(model.cost, 0)}
