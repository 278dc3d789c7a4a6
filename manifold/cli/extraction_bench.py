"""`manifold bench extraction`: how well documents are read, measured where the truth is known."""

from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from msgspec import to_builtins
from rich.table import Table

from manifold.cli.cluster import progress
from manifold.cli.documents import kinds_of, languages_of, written_into
from manifold.cli.options import Json
from manifold.cli.output import (
    EXIT_USAGE,
    Failed,
    complain,
    console,
    counted,
    explained,
    json_line,
    table,
)
from manifold.documents.acceptance import GATE, PRECISION
from manifold.documents.places import LANGUAGES
from manifold.documents.plan import KINDS
from manifold.documents.summary import Report, report


@explained()
def extraction(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            help="Documents with the truth beside each (NAME.pdf, NAME.json); default: invented.",
        ),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Documents to invent.")] = 240,
    seed: Annotated[int, typer.Option(help="Seed to invent them with.")] = 1,
    kinds: Annotated[str, typer.Option(metavar="KIND,…", help="Kinds to invent.")] = ",".join(
        KINDS
    ),
    languages: Annotated[
        str, typer.Option(metavar="LANGUAGE,…", help="Languages to invent.")
    ] = ",".join(LANGUAGES),
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes; default: one a core, up to 8.")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--write", metavar="PAGE", help="Write the tables into this Markdown page."),
    ] = None,
    json: Json = False,
) -> None:
    """Read documents, and say which fields are right, how sure that was, and what it took.

    Without DIR it invents documents in the layouts that extraction is never tuned on. A field is
    right when it is the same after the normalisation that docs/reading-measured.md states.
    """
    invented = None if folder is not None else TemporaryDirectory(prefix="manifold-documents-")
    with invented or nullcontext(str(folder)) as place:
        where = Path(place)
        if invented is not None:
            written_into(
                where, "reporting", seed, count, kinds_of(kinds), languages_of(languages), workers
            )
        found = _measured(where, workers)
    if page is not None:
        said = f"`{folder}`" if folder is not None else f"`--count {count} --seed {seed}`"
        _write(page, found, f"{counted(found.documents, 'document')}, {said}:")
    if json:
        shown = None if folder is None else str(folder)
        json_line({"folder": shown, **to_builtins(found)})
    else:
        _tell(found)


def _measured(folder: Path, workers: int | None) -> Report:
    # What draws and reads documents takes a while to import.
    from manifold.documents.folder import cores
    from manifold.documents.measure import documents, measured
    from manifold.documents.reader import read

    try:
        paths = documents(folder)
    except OSError as error:
        raise Failed(f"{folder} cannot be read: {error.strerror}.", EXIT_USAGE) from None
    if not paths:
        raise Failed(
            f"There is no document with a truth beside it in {folder}: name them NAME.pdf (or .jpg,"
            " .png, .tif, .xml) and NAME.json, or let `manifold generate documents` make some.",
            EXIT_USAGE,
        )
    done = []
    with progress("reading") as shown:
        for each in measured(paths, read, workers or cores(), complain):
            done.append(each)
            shown(len(done), len(paths))
    return report(done)


def _write(page: Path, found: Report, said: str) -> None:
    from manifold.documents.measured_page import NoPlace, write

    try:
        write(page, found, said)
    except (NoPlace, OSError) as error:
        raise Failed(f"The page cannot be written: {error}", EXIT_USAGE) from None


def _tell(found: Report) -> None:
    shown = console()
    if not shown.is_terminal:
        # What goes into a file need not be folded to the width of a terminal.
        shown.width = max(shown.width, 120)
    parts = (_groups, _fields, _held_back, _confidences, _worst)
    for each in (part(found) for part in parts):
        shown.print(each)
    typer.echo("\n".join(_sentences(found)))


def _groups(found: Report) -> Table:
    heads = (">files", ">no.", ">date", ">gross", ">net/tax", ">seller", ">lines", ">gate", ">ms")
    groups = _numbers("by", *heads)
    last = ""
    for each in found.groups:
        if each.group != last:
            last = each.group
            groups.add_row(f"{last}:", *[""] * len(heads))
        shares = (each.number, each.date, each.gross, each.net_tax, each.seller, each.lines_f1)
        groups.add_row(
            each.value,
            f"{each.documents:,}",
            *map(_share, shares),
            _share(each.accepted),
            f"{each.median_seconds * 1000:,.0f}",
        )
    return groups


def _fields(found: Report) -> Table:
    heads = (">there", ">right", ">wrong", ">missed", ">invented", ">accuracy")
    fields = _numbers("field", *heads, f">at {PRECISION:.0%}")
    for each in found.fields:
        counts = (each.truths, each.right, each.wrong, each.missed, each.invented)
        fields.add_row(
            each.field, *map(str, counts), _share(each.accuracy), _share(each.acceptable)
        )
    for cell, accuracy in found.lines.cells.items():
        fields.add_row(f"lines: {cell}", *[""] * 5, _share(accuracy), "")
    return fields


def _numbers(first: str, *heads: str) -> Table:
    """A table whose numbers stay whole; what is in its first column folds."""
    made = table(first, *heads)
    for column in made.columns[1:]:
        column.no_wrap = True
    return made


def _confidences(found: Report) -> Table:
    bins = table("confidence", ">values", ">stated", ">right")
    for each in found.calibration.bins:
        bins.add_row(
            f"{each.low:.2f} – {each.high:.2f}",
            f"{each.count:,}",
            _share(each.confidence),
            _share(each.accuracy),
        )
    return bins


def _held_back(found: Report) -> Table:
    held = table("held back by", ">documents", ">right", ">by it alone", ">right")
    for each in found.held_back:
        counts = (each.documents, each.right, each.alone, each.alone_right)
        held.add_row(each.field, *map(str, counts))
    return held


def _worst(found: Report) -> Table:
    worst = table("worst", ">fields", ">lines", "mistakes")
    for each in found.worst:
        said = f"refused: {each.refused}" if each.refused else ", ".join(each.mistakes)
        worst.add_row(each.name, str(each.fields), str(each.lines), said)
    return worst


def _sentences(found: Report) -> Iterable[str]:
    lines, best, gate = found.lines, found.at_precision, found.at_gate
    refused = ", ".join(f"{reason} {number}" for reason, number in found.refused.items())
    yield f"{counted(found.documents, 'document')}; refused: {refused or 'none'}."
    yield (
        f"Lines: precision {lines.precision:.3f}, recall {lines.recall:.3f}, F1 {lines.f1:.3f}"
        f" ({lines.right:,} right of {lines.truths:,}, {lines.read:,} read)."
    )
    yield (
        f"Accepted at {PRECISION:.0%} precision of key fields: {best.share:.1%} of documents, from"
        f" a confidence of {best.threshold:.3f} on; {best.missed} key fields missed among them."
    )
    yield (
        f"Accepted by a gate of {GATE}: {gate.share:.1%} of documents, precision"
        f" {_share(gate.precision)}; {gate.missed} key fields missed among them."
    )
    certain = found.calibration
    yield (
        f"Confidences: {certain.count:,} values, Brier {certain.brier:.4f}, ECE {certain.ece:.4f}."
    )
    yield (
        f"Time: median {found.median_seconds * 1000:,.0f} ms, 95 % within"
        f" {found.p95_seconds * 1000:,.0f} ms. Cost: {found.mean_cost:.4f} USD a document."
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
