"""Files of reference records: JSON, an array of it, or JSON Lines of {"record": …, fields}."""

import importlib.resources
import json as json_text
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import typer

from connectors.codec import Codec
from connectors.contracts import ContractError, Contracts
from connectors.readable import Unreadable
from connectors.records import RECORDS
from manifold.cli.output import Failed


def records_of(
    contracts: Contracts, codec: Codec, files: Sequence[str], *, starter: bool
) -> Iterator[msgspec.Struct]:
    """Every record of the starter data, when wanted, and of the files.

    Raises Failed when one does not follow its contract.
    """
    kinds = _kinds(contracts)
    for name, content in _contents(files, starter):
        yield from _records(contracts, codec, kinds, name, content)


def _kinds(contracts: Contracts) -> Mapping[str, type[msgspec.Struct]]:
    """The class of each reference record, by the name its schema's folder has."""
    return {
        topic.record: record
        for record in RECORDS
        if (topic := contracts.topic_of(record)).kind == "reference" and topic.record is not None
    }


def _contents(files: Sequence[str], starter: bool) -> Iterator[tuple[str, str]]:
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
    contracts: Contracts,
    codec: Codec,
    kinds: Mapping[str, type[msgspec.Struct]],
    name: str,
    content: str,
) -> Iterator[msgspec.Struct]:
    for number, value in _values(name, content):
        where = f"{name}: record {number}"
        if not isinstance(value, dict) or value.get("record") not in kinds:
            raise Failed(f"{where}: “record” has to be one of {', '.join(kinds)}.")
        fields = {field: part for field, part in value.items() if field != "record"}
        try:
            record = codec.from_json(kinds[value["record"]], fields)
            contracts.topic_of(type(record)).key_of(record)
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
