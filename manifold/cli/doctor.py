"""`manifold doctor`: whether everything is there, and what to do if it is not."""

import typer
from rich.text import Text

from manifold.cli.cluster import cluster
from manifold.cli.diagnosis import Diagnosis, diagnose
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import console, explained, json_line, printable

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@explained()
def doctor(json: Json = False, bootstrap: Bootstrap = None, extra: Extra = None) -> None:
    """Check settings, schemas, registry, database, broker, topics and flows.

    Exits with 1 when something is wrong that will keep a command from working.
    """
    there = cluster(bootstrap, extra)
    failed = False
    for found in diagnose(there):
        failed = failed or found.verdict == "fail"
        if json:
            json_line(found)
        else:
            show(found)
    if failed:
        raise typer.Exit(1)


def show(found: Diagnosis) -> None:
    """A finding in a line."""
    line = Text.assemble(
        (f"{found.verdict:<5}", _COLOURS[found.verdict]),
        (f"{found.about:<10}", "bold"),
        printable(found.found),
    )
    if found.advice:
        line.append(f" → {printable(found.advice)}")
    console().print(line, soft_wrap=True)
