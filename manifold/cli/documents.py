"""`manifold generate documents`: invented invoices and receipts as PDFs, scans and photos."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import typer

from manifold.cli.cluster import progress
from manifold.cli.options import Json
from manifold.cli.output import EXIT_INTERRUPTED, EXIT_USAGE, Failed, counted, explained, json_line
from manifold.documents.places import LANGUAGES, Language
from manifold.documents.plan import KINDS, Kind, Purpose, plans


@explained()
def documents(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where they go; made if need be.")],
    count: Annotated[int, typer.Option(min=1, help="Documents.")] = 30,
    seed: Annotated[int, typer.Option(help="Same seed, same documents.")] = 1,
    kinds: Annotated[
        str, typer.Option(metavar="KIND,…", help=f"Any of {', '.join(KINDS)}.")
    ] = ",".join(KINDS),
    languages: Annotated[
        str, typer.Option(metavar="LANGUAGE,…", help=f"Any of {', '.join(LANGUAGES)}.")
    ] = ",".join(LANGUAGES),
    purpose: Annotated[
        Literal["tuning", "reporting"],
        typer.Option("--set", help="Layouts to tune extraction on, or others to report on."),
    ] = "tuning",
    of_a_seller: Annotated[
        int, typer.Option(min=1, help="Documents behind each other of one seller, in one layout.")
    ] = 1,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes; default: one a core, up to 8.")
    ] = None,
    json: Json = False,
) -> None:
    """Print invented invoices and receipts into a folder, with the truth beside each.

    NAME.pdf (or .jpg, .png) comes with NAME.json, which `manifold bench extraction` scores
    against. Pictures are graded from 1, clean, to 5, bad.
    """
    chosen_kinds, chosen_languages = kinds_of(kinds), languages_of(languages)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failed(f"{folder} cannot be made: {error.strerror}.", EXIT_USAGE) from None
    written = written_into(
        folder, purpose, seed, count, chosen_kinds, chosen_languages, workers, of_a_seller
    )
    if json:
        json_line({"folder": str(folder), "set": purpose, "seed": seed, "documents": written})
        return
    said = ", ".join(f"{kind} {number}" for kind, number in written.items())
    typer.echo(f"{counted(sum(written.values()), 'document')} in {folder}: {said}")


def written_into(
    folder: Path,
    purpose: Purpose,
    seed: int,
    count: int,
    kinds: tuple[Kind, ...] = KINDS,
    languages: tuple[Language, ...] = LANGUAGES,
    workers: int | None = None,
    of_a_seller: int = 1,
) -> Counter[str]:
    """Write a set into a folder with a bar; how many of each kind. Ctrl-C leaves whole files."""
    # What draws and photographs takes half a second to import, which `generate` alone need not.
    from manifold.documents.folder import cores, produced, write

    written: Counter[str] = Counter()
    try:
        with progress("printing") as shown:
            planned = plans(purpose, seed, count, kinds, languages, of_a_seller)
            for made in produced(planned, workers or cores()):
                write(made, folder)
                written[made.plan.kind] += 1
                shown(written.total(), count)
    except KeyboardInterrupt:
        raise Failed(
            f"Interrupted: {written.total()} of {count} documents are in {folder}, each whole.",
            EXIT_INTERRUPTED,
        ) from None
    except OSError as error:
        raise Failed(f"{folder} cannot be written to: {error.strerror}.") from None
    return written


def kinds_of(text: str) -> tuple[Kind, ...]:
    """Kinds from a list with commas; a sentence for what is none."""
    return tuple(kind for name in text.split(",") for kind in KINDS if kind == _known(name, KINDS))


def languages_of(text: str) -> tuple[Language, ...]:
    """Languages from a list with commas."""
    return tuple(
        each for name in text.split(",") for each in LANGUAGES if each == _known(name, LANGUAGES)
    )


def _known(name: str, known: tuple[str, ...]) -> str:
    if name.strip() not in known:
        raise Failed(f"“{name.strip()}” is none of {', '.join(known)}.", EXIT_USAGE)
    return name.strip()
