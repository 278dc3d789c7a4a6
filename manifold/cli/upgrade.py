"""`manifold upgrade`: whether this version can go on where another has stopped."""

from typing import Annotated

import typer

from connectors.browse import topics_there
from manifold.cli.cluster import cluster
from manifold.cli.doctor import show
from manifold.cli.options import Bootstrap, Extra, Json, commands
from manifold.cli.output import EXIT_FAILED, explained, json_line
from manifold.cli.upgrade_checks import upgrade_checks

app = commands("upgrade", "See whether this version can go on where another has stopped.")


@app.callback()
def upgrade() -> None:
    """See whether this version can go on where another has stopped."""


@app.command("check")
@explained()
def check(
    latest: Annotated[
        int, typer.Option(min=1, help="Look at so many offsets at the end of each partition.")
    ] = 1_000,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Run the new version's `check` before it replaces the old one; it changes nothing.

    Looks at the database, the topics, the versions in the registry and of the latest records, and
    at every value of the flows' state, as a start would read it. Exits 1 when this version could
    not go on.
    """
    there = cluster(bootstrap, extra)
    failed = False
    for found in upgrade_checks(there, topics_there(there.kafka), latest):
        failed = failed or found.verdict == "fail"
        if json:
            json_line(found)
        else:
            show(found)
    if failed:
        raise typer.Exit(EXIT_FAILED)
