"""`manifold bench memory`: how much better a vendor's documents are read after a correction."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec import to_builtins

from manifold.cli.cluster import progress
from manifold.cli.options import Json
from manifold.cli.output import EXIT_USAGE, Failed, complain, console, explained, json_line, table


@explained()
def memory(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Documents with the truth beside each, in their order."),
    ],
    json: Json = False,
) -> None:
    """Read documents with and without what corrections of earlier ones have taught.

    The first document of every vendor is corrected as the truth says, later ones when a key field
    is wrong. Figures are of the documents whose vendor was corrected before. Make some with
    `manifold generate documents DIR --set reporting --of-a-seller 5`.
    """
    # What draws and reads documents takes a while to import.
    from manifold.documents.corrections import corrections, remembered
    from manifold.documents.measure import documents

    try:
        paths = documents(folder)
    except OSError as error:
        raise Failed(f"{folder} cannot be read: {error.strerror}.", EXIT_USAGE) from None
    done = []
    with progress("reading") as shown:
        for each in corrections(paths, complain):
            done.append(each)
            shown(len(done), len(paths))
    found = remembered(done)
    if json:
        json_line(to_builtins(found))
        return
    fields = table("field", ">there", ">without", ">with memory")
    for field in found.fields:
        before, after = field.before / field.truths, field.after / field.truths
        fields.add_row(field.field, str(field.truths), f"{before:.3f}", f"{after:.3f}")
    console().print(fields)
    typer.echo(
        f"{found.documents} documents of {found.vendors} vendors. Of {found.known} whose vendor was"
        f" corrected before, {found.recalled} were recognised; {found.mistaken} taken for"
        " another's."
    )
