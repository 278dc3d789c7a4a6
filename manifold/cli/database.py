"""`manifold db`: the database that `collect` writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from connectors import logs
from connectors.database import Store
from connectors.database.migration import migrate
from connectors.settings import Settings
from manifold.cli.options import Json, commands
from manifold.cli.output import explained

app = commands("db", "Migrate, check and count the database.")

Url = Annotated[str | None, typer.Option("--url", help="Instead of the setting database.url.")]


@app.command("migrate")
@explained()
def migrate_command(url: Url = None, json: Json = False) -> None:
    """Bring the tables to what this program writes."""
    done = migrate(_wanted(url))
    if json:
        typer.echo(msgspec.json.encode(done))
        return
    before = done.before or "empty"
    typer.echo(f"{done.database}: {before} → {done.after}")


@app.command("verify")
@explained()
def verify_command(url: Url = None, json: Json = False) -> None:
    """Walk all audit chains; exit 1 at the first entry that is not what was written."""
    with _opened(url) as store:
        breach = store.verify()
        entries = store.stats().rows["audit_entry"]
    if json:
        typer.echo(msgspec.json.encode({"sound": breach is None, "breach": breach}))
    elif breach is None:
        typer.echo(f"{entries} audit entries: every chain is sound")
    else:
        event = f" ({breach.event_id})" if breach.event_id else ""
        typer.echo(f"chain {breach.chain}, entry {breach.sequence}{event}: {breach.reason}")
    if breach is not None:
        raise typer.Exit(1)


@app.command("stats")
@explained()
def stats_command(url: Url = None, json: Json = False) -> None:
    """Count rows by table, and decisions in force by status."""
    with _opened(url) as store:
        stats = store.stats()
    if json:
        typer.echo(msgspec.json.encode(stats))
        return
    table = Table("what", "rows")
    table.columns[1].justify = "right"
    for name, rows in stats.rows.items():
        table.add_row(name.replace("_", " "), f"{rows:,}")
    for status, rows in stats.in_force.items():
        table.add_row(f"in force: {status}", f"{rows:,}")
    Console().print(table)


def _wanted(url: str | None) -> str:
    """The database named, or that of the settings, which say too how to log."""
    settings = Settings.load()
    logs.configure(as_json=settings.log_json)
    return url or settings.database.url


@contextmanager
def _opened(url: str | None) -> Iterator[Store]:
    store = Store.connect(_wanted(url))
    try:
        store.check_schema()
        yield store
    finally:
        store.close()
