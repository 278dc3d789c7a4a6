"""Schemas as somebody else might have them: a field more, a field less, another symbol."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from fastavro.schema import expand_schema

from connectors.avro_type import Schema


def edited(schema: Schema, edit: Callable[[str, dict[str, Any]], None]) -> Schema:
    """A copy of a schema whose every record and enumeration was given to `edit`, with its name."""
    expanded = json.loads(json.dumps(expand_schema(dict(schema))))
    for node in list(_named(expanded)):
        edit(str(node["name"]).rpartition(".")[2], node)
    collapsed: Schema = _collapsed(expanded, set())
    return collapsed


def _named(schema: Any) -> Iterator[dict[str, Any]]:
    """Every definition within a schema."""
    if isinstance(schema, list):
        for each in schema:
            yield from _named(each)
    elif isinstance(schema, dict):
        if schema["type"] in ("record", "enum", "fixed"):
            yield schema
        for key in ("type", "items", "values"):
            yield from _named(schema.get(key))
        for field in schema.get("fields", ()):
            yield from _named(field["type"])


def _collapsed(schema: Any, known: set[str]) -> Any:
    """The schema with each name defined where it comes first, and only named afterwards."""
    if isinstance(schema, list):
        return [_collapsed(each, known) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "name" in schema:
        if schema["name"] in known:
            return schema["name"]
        known.add(schema["name"])
    made = dict(schema)
    for key in ("items", "values"):
        if key in made:
            made[key] = _collapsed(made[key], known)
    if isinstance(made["type"], dict | list):
        made["type"] = _collapsed(made["type"], known)
    if "fields" in made:
        made["fields"] = [
            {**field, "type": _collapsed(field["type"], known)} for field in made["fields"]
        ]
    return made
