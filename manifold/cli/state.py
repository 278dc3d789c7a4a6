"""`manifold state`: a flow's tables, read from outside."""

import base64
from typing import Annotated, Any

import msgspec
import typer

from connectors.browse import read_all
from connectors.content import entry
from connectors.contracts import Contracts, Topic
from connectors.pages import entries_of
from manifold.cli.cluster import Cluster, cluster, progress
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import (
    EXIT_USAGE,
    Failed,
    complain,
    counted,
    explained,
    json_line,
    printable,
)

_SUFFIX = ".changelog"


@explained()
def state(
    flow: Annotated[str, typer.Argument(help="The flow, such as decide.")],
    table: Annotated[str, typer.Argument(help="Its table, such as requests.")],
    key: Annotated[str | None, typer.Argument(help="Only the value of this key.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="Print so many keys at most.")] = 100,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Print a table as it was at the flow's last commit: a key and its value a line.

    Amounts are integers that count 0.00000001; instants are milliseconds since 1970.
    """
    there = cluster(bootstrap, extra)
    entries = _read(there, _changelog(there.contracts, flow, table), key)
    if key is not None and not entries:
        raise Failed(f"{flow} has no {key} in {table}.")
    for shown, (partition, value) in sorted(entries.items())[:limit]:
        found = entry(value)
        if json:
            line = {"key": shown, "partition": partition, "value": _plain(found.record)}
            json_line(line if found.problem is None else {**line, "problem": found.problem})
        else:
            text = found.problem or msgspec.json.encode(_plain(found.record)).decode()
            typer.echo(f"{printable(shown)}\t{printable(text)}")
    if key is None and not json:
        more = f", {limit} shown: see more with --limit" if len(entries) > limit else ""
        complain(f"{counted(len(entries), 'key')}{more}")


def _changelog(contracts: Contracts, flow: str, table: str) -> Topic:
    changelogs = [each for each in contracts.topics.values() if each.kind == "changelog"]
    for topic in changelogs:
        if topic.name == f"{contracts.namespace}{flow}.{table}{_SUFFIX}":
            return topic
    plain = (each.name.removeprefix(contracts.namespace) for each in changelogs)
    choice = ", ".join(name.removesuffix(_SUFFIX).replace(".", " ", 1) for name in plain)
    raise Failed(f"There is no table {table} of {flow}. There are: {choice}.", EXIT_USAGE)


def _read(there: Cluster, topic: Topic, wanted: str | None) -> dict[str, tuple[int, bytes]]:
    """Key to partition and value; in case of doubt the last one written counts."""
    found: dict[str, tuple[int, bytes]] = {}
    with progress("reading") as tell:
        for change in read_all(there.kafka, [topic.name], tell=tell):
            for key, value in entries_of(change.key or b"", change.value):
                if wanted is not None and key != wanted:
                    continue
                if value is not None:
                    found[key] = (change.partition, value)
                elif key in found and found[key][0] == change.partition:
                    del found[key]
    return found


def _plain(value: Any) -> Any:
    """A value as JSON has it: bytes in base64, keys as text."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, msgspec.msgpack.Ext | bytes):
        raw = value.data if isinstance(value, msgspec.msgpack.Ext) else value
        return base64.b64encode(raw).decode()
    return value
