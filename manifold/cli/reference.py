"""`manifold reference`: load and list what the branches measure an invoice against."""

import importlib.resources
import json as json_text
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from connectors.browse import partitions_of, read_all
from connectors.contracts import ContractError
from connectors.publish import Publisher
from connectors.readable import Unreadable
from connectors.records import RECORDS
from manifold.cli.cluster import Cluster, cluster, progress
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import (
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    Failed,
    complain,
    console,
    counted,
    explained,
    json_line,
    printable,
    table,
)

app = typer.Typer(
    name="reference", help="Reference data: load it, list its keys.", no_args_is_help=True
)

_SHOWN_KEYS = 8


@app.command("load")
@explained()
def load_command(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE…", help="JSON or JSON Lines of {“record”: …, fields}; - for stdin."
        ),
    ] = None,
    starter: Annotated[
        bool, typer.Option("--starter", help="A policy to begin with, and VAT rates of the EU.")
    ] = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Write reference records; one with a key that is there already replaces it.

    Nothing is written unless every record of every file follows its contract.
    """
    if not files and not starter:
        raise Failed("Name files to load, or --starter for data to begin with.", EXIT_USAGE)
    there = cluster(bootstrap, extra)
    kinds = _kinds(there)
    records = [
        record
        for name, content in _contents(files or [], starter)
        for record in _records(there, kinds, name, content)
    ]
    partitions_of(there.kafka, {there.topic(type(record)).name for record in records})
    publisher = Publisher(there.kafka, there.contracts, there.codec, "reference")
    try:
        with publisher, progress("loading") as tell:
            for record in records:
                publisher.send(record)
                tell(publisher.written, len(records))
    except KeyboardInterrupt:
        complain(f"Interrupted: {publisher.written} of {len(records)} records were written.")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if json:
        json_line({"written": publisher.written})
    else:
        typer.echo(f"{counted(publisher.written, 'reference record')} written.")


@app.command("list")
@explained()
def list_command(json: Json = False, bootstrap: Bootstrap = None, extra: Extra = None) -> None:
    """Count the records of each reference topic and show their keys."""
    there = cluster(bootstrap, extra)
    topics = [each.name for each in there.contracts.topics.values() if each.kind == "reference"]
    keys: dict[str, set[str]] = {topic: set() for topic in topics}
    for found in read_all(there.kafka, topics):
        take = keys[found.topic].discard if found.value is None else keys[found.topic].add
        take((found.key or b"").decode(errors="replace"))
    shown = table("topic", ">records", "keys")
    for topic, written in keys.items():
        ordered = sorted(written)
        if json:
            json_line({"topic": topic, "records": len(ordered), "keys": ordered})
        more = f", … {len(ordered) - _SHOWN_KEYS} more" if len(ordered) > _SHOWN_KEYS else ""
        shown.add_row(
            topic, f"{len(ordered):,}", printable(", ".join(ordered[:_SHOWN_KEYS])) + more
        )
    if not json:
        console().print(shown)


def _kinds(there: Cluster) -> Mapping[str, type[msgspec.Struct]]:
    """The class of each reference record, by the name its schema's folder has."""
    return {
        topic.record: record
        for record in RECORDS
        if (topic := there.topic(record)).kind == "reference" and topic.record is not None
    }


def _contents(files: list[str], starter: bool) -> Iterator[tuple[str, str]]:
    if starter:
        found = importlib.resources.files("manifold") / "starter" / "reference.json"
        yield "the starter data", found.read_text(encoding="utf-8")
    for file in files:
        try:
            if file == "-":
                yield "standard input", typer.get_text_stream("stdin").read()
            else:
                yield file, Path(file).read_text(encoding="utf-8")
        except OSError as error:
            raise Failed(f"{file}: The file cannot be opened: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise Failed(f"{file}: The file is not UTF-8. Save it as UTF-8.") from None


def _records(
    there: Cluster, kinds: Mapping[str, type[msgspec.Struct]], name: str, content: str
) -> Iterator[msgspec.Struct]:
    for number, value in _values(name, content):
        where = f"{name}: record {number}"
        if not isinstance(value, dict) or value.get("record") not in kinds:
            raise Failed(f"{where}: “record” has to be one of {', '.join(kinds)}.")
        fields = {field: part for field, part in value.items() if field != "record"}
        try:
            record = there.codec.from_json(kinds[value["record"]], fields)
            there.topic(type(record)).key_of(record)
        except (Unreadable, ContractError) as error:
            raise Failed(f"{where}, a {value['record']}: {error}.") from None
        yield record


def _values(name: str, content: str) -> Iterator[tuple[int, Any]]:
    """The values of a JSON document, an array, or JSON Lines, counted from 1."""
    try:
        whole = _parsed(content)
        yield from enumerate(whole if isinstance(whole, list) else [whole], 1)
        return
    except json_text.JSONDecodeError as error:
        if not error.msg.startswith("Extra data"):
            raise Failed(
                f"{name}: This is not JSON, at line {error.lineno}: {error.msg}."
            ) from None
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            try:
                yield number, _parsed(line)
            except json_text.JSONDecodeError as error:
                raise Failed(f"{name}: Line {number} is not JSON: {error.msg}.") from None


def _parsed(text: str) -> Any:
    """JSON whose decimal numbers stay as they were written."""
    return json_text.loads(text, parse_float=str)
