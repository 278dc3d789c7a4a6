"""`manifold keys`: the keys that documents and rows are sealed with, made and changed."""

import getpass
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from connectors import keyring
from connectors.at_rest import AtRest
from connectors.database.connected import Connected
from connectors.database.resealing import Resealed, is_resealed, reseal
from connectors.database.sealing import PURPOSE, Sealing
from connectors.errors import Misconfigured, Unavailable
from connectors.object_store import DocumentRefused, Store
from connectors.private_file import written_once
from connectors.publish import Publisher
from connectors.security_event import event
from connectors.settings import Settings
from manifold.cli.cluster import cluster, progress
from manifold.cli.options import Json
from manifold.cli.output import EXIT_USAGE, Failed, complain, counted, explained, json_line

app = typer.Typer(
    name="keys",
    help="Make and change the keys that documents and rows are sealed with.",
    add_completion=False,
    no_args_is_help=True,
)

File = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="Instead of documents.keys.")
]

_IN_FLIGHT = 10.0
"""Seconds after which nothing is written any more that was sealed before the key was changed."""


@app.command("new")
@explained()
def new_command(file: File = None) -> None:
    """Make a file with one key. Keep a copy elsewhere: without it what it seals is lost."""
    path = _file(file)
    if path.exists():
        raise Failed(f"{path} is there already: `manifold keys rotate` changes its key.")
    written_once(path, keyring.written(keyring.Ring((keyring.made("1"),))))
    typer.echo(
        f"{path}: key 1. Set documents.keys to it wherever documents are stored or read, or rows."
    )


@app.command("list")
@explained()
def list_command(file: File = None, json: Json = False) -> None:
    """Say which keys there are; the first one seals."""
    for number, key in enumerate(keyring.read(_file(file)).keys):
        if json:
            json_line({"key": key.id, "seals": number == 0})
        else:
            typer.echo(f"{key.id}{'  seals' if number == 0 else ''}")


@app.command("rotate")
@explained()
def rotate_command(
    file: File = None,
    retire: Annotated[
        bool, typer.Option("--retire", help="Drop the old keys once nothing needs them.")
    ] = False,
    json: Json = False,
) -> None:
    """Seal with a new key from now on, and seal again what the old ones have sealed.

    Documents, and the columns of the database that database.sealed names; those that it no longer
    names are opened. Interrupted, run it again: it goes on with the newest key while anything of
    older ones is left. Processes read the file again by themselves when it changes; where machines
    have copies of it, stop what uses the keys until all have the new one.
    """
    path = _file(file)
    settings = cluster().settings
    ring = keyring.read(path)
    store = Store(settings.documents.model_copy(update={"keys": path}))
    with _database(settings, path, retire=retire) as database:
        left = any(store.sealed_with(each.key) != ring.keys[0].id for each in store.listed(""))
        left = left or (database is not None and not is_resealed(database))
        if not left or len(ring.keys) == 1:
            ring = ring.with_new()
            keyring.write(path, ring)
        done = failed = 0
        for each in store.listed(""):
            try:
                done += store.resealed(each.key, settings.documents.most_bytes)
            except DocumentRefused as refused:
                failed += 1
                complain(f"{each.key}: {refused}")
        rows = Resealed(0, ()) if database is None else _resealed(database, retire=retire)
    for sentence in rows.failed:
        complain(sentence)
    if retire and not failed and not rows.failed:
        ring = keyring.Ring(ring.keys[:1])
        keyring.write(path, ring)
    _trail(ring.keys[0].id)
    told = {
        "key": ring.keys[0].id,
        "sealed_again": done,
        "rows": rows.rows,
        "failed": failed + len(rows.failed),
        "keys": len(ring.keys),
    }
    if json:
        json_line(told)
    else:
        typer.echo(
            f"Key {ring.keys[0].id} seals. {counted(done, 'document')} sealed again, "
            f"{counted(rows.rows, 'row')} of the database."
        )
    if failed or rows.failed:
        raise Failed(
            f"{counted(failed, 'document')} and {counted(len(rows.failed), 'row')} could not be "
            "opened; no key was dropped."
        )


def _resealed(database: Connected, *, retire: bool) -> Resealed:
    with progress("sealing rows again") as tell:
        done = reseal(database, tell)
    if not retire:
        return done
    # A transaction under way may still write what it sealed with the key that is to go.
    time.sleep(_IN_FLIGHT)
    with progress("looking at them once more") as tell:
        again = reseal(database, tell)
    return Resealed(done.rows + again.rows, again.failed)


@contextmanager
def _database(settings: Settings, path: Path, *, retire: bool) -> Iterator[Connected | None]:
    """The database, if there is one; where no column is named, it may also be away."""
    named = settings.database.sealed
    database = Connected(settings.database.url, sealing=Sealing(AtRest(path, PURPOSE), named))
    try:
        there = database.exists()
        if there:
            database.check_schema()
    except (Misconfigured, Unavailable) as error:
        database.close()
        if named or retire:
            raise
        complain(f"Rows were not looked at: {error}")
        yield None
        return
    try:
        yield database if there else None
    finally:
        database.close()


def _trail(key: str) -> None:
    """Say it in the trail of security, where there is a broker: keys change without one as well."""
    there = cluster()
    try:
        with Publisher(there.kafka, there.contracts, there.codec, "keys") as publisher:
            publisher.send(event("KEY_ROTATED", subject=getpass.getuser(), about=key))
    except Unavailable as error:
        complain(f"The trail of security does not say so: {error}")


def _file(given: Path | None) -> Path:
    path = given or Settings.load().documents.keys
    if path is None:
        raise Failed("Name the file: --file FILE, or the setting documents.keys.", EXIT_USAGE)
    return Path(os.path.abspath(path))
