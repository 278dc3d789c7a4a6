"""`manifold documents`: what lies in the store of documents."""

import re
from typing import Annotated

import typer

from connectors.clock import now
from manifold.cli.cluster import cluster, progress
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import EXIT_USAGE, Failed, complain, counted, explained, json_line
from operators.time import DAY, Instant, isoformat

_HOUR: Instant = 3_600_000
_UNITS = {"h": _HOUR, "d": DAY}

app = typer.Typer(no_args_is_help=True, help="What lies in the store of documents.")


@app.callback()
def documents() -> None:
    """What lies in the store of documents."""


@app.command()
@explained()
def sweep(
    older_than: Annotated[
        str,
        typer.Option(metavar="AGE", help="Since the end of a document's day: 1d, 36h; 1h or more."),
    ] = "1d",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Delete documents that were stored on their way in, and that no upload points at.

    They are left behind when somebody dies, or Kafka is away, between storing a document and
    sending its event. Looks only below inbox/ of documents.url, and at nothing that the topic no
    longer covers. One store belongs to one namespace: sweep none that another one uses as well.
    """
    age = _age(older_than)
    there = cluster(bootstrap, extra)
    # What stores documents takes half a second to import.
    from connectors.object_store import Store
    from connectors.orphans import Orphans

    store = Store(there.settings.documents)
    orphans = Orphans(there.kafka, there.contracts, there.codec, store)
    count = size = 0
    with progress("reading uploads") as tell:
        found = list(orphans.found(now(), age, tell))
    for orphan in found:
        if not dry_run:
            store.delete(orphan.key)
        count, size = count + 1, size + orphan.size
        if json:
            event = "would_delete" if dry_run else "deleted"
            stored_at = isoformat(orphan.changed_at)
            facts = {"document": orphan.key, "bytes": orphan.size, "stored_at": stored_at}
            json_line({"event": event, **facts})
        else:
            typer.echo(f"{isoformat(orphan.changed_at)}  {orphan.size:>12,}  {orphan.key}")
    if not json:
        what = "would be deleted" if dry_run else "deleted"
        complain(f"{counted(count, 'document')}, {counted(size, 'byte')}: {what}")


def _age(text: str) -> Instant:
    """Milliseconds of an age.

    >>> _age("1d"), _age("36h")
    (86400000, 129600000)
    """
    found = re.fullmatch(r"(\d{1,5})([hd])", text)
    age = int(found[1]) * _UNITS[found[2]] if found else 0
    if age < _HOUR:
        raise Failed(f"--older-than {text}: write 1d or 36h; an hour or more.", EXIT_USAGE)
    return age
