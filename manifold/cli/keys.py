"""`manifold keys`: the keys that documents are sealed with, made and changed."""

import getpass
import os
from pathlib import Path
from typing import Annotated

import typer

from connectors import keyring
from connectors.errors import Unavailable
from connectors.object_store import DocumentRefused, Store
from connectors.private_file import written_once
from connectors.publish import Publisher
from connectors.security_event import event
from connectors.settings import Settings
from manifold.cli.cluster import cluster
from manifold.cli.options import Json
from manifold.cli.output import EXIT_USAGE, Failed, complain, counted, explained, json_line

app = typer.Typer(
    name="keys",
    help="Make and change the keys that documents are sealed with.",
    add_completion=False,
    no_args_is_help=True,
)

File = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="Instead of documents.keys.")
]


@app.command("new")
@explained()
def new_command(file: File = None) -> None:
    """Make a file with one key. Keep a copy where documents are not: without it they are lost."""
    path = _file(file)
    if path.exists():
        raise Failed(f"{path} is there already: `manifold keys rotate` changes its key.")
    written_once(path, keyring.written(keyring.Ring((keyring.made("1"),))))
    typer.echo(f"{path}: key 1. Set documents.keys to it wherever documents are stored or read.")


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

    Interrupted, run it again: it goes on with the newest key while documents of older ones are
    left. Processes read the file again by themselves when it changes; where machines have copies
    of it, stop what stores and reads documents until all have the new one.
    """
    path = _file(file)
    there = cluster()
    ring = keyring.read(path)
    store = Store(there.settings.documents.model_copy(update={"keys": path}))
    left = any(store.sealed_with(each.key) != ring.keys[0].id for each in store.listed(""))
    if not left or len(ring.keys) == 1:
        ring = ring.with_new()
        keyring.write(path, ring)
    done = failed = 0
    for each in store.listed(""):
        try:
            done += store.resealed(each.key, there.settings.documents.most_bytes)
        except DocumentRefused as refused:
            failed += 1
            complain(f"{each.key}: {refused}")
    if retire and not failed:
        ring = keyring.Ring(ring.keys[:1])
        keyring.write(path, ring)
    _trail(ring.keys[0].id)
    told = {"key": ring.keys[0].id, "sealed_again": done, "failed": failed, "keys": len(ring.keys)}
    if json:
        json_line(told)
    else:
        typer.echo(f"Key {ring.keys[0].id} seals. {counted(done, 'document')} sealed again.")
    if failed:
        raise Failed(f"{counted(failed, 'document')} could not be opened; no key was dropped.")


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
