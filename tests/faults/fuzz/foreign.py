"""Schemas that other writers may have registered: older, newer, or simply different."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Schema = dict[str, Any]


def lacks_field(schema: Schema, rng: Random) -> None:
    """A field is not there."""
    fields = schema["fields"]
    if len(fields) > 1:
        fields.pop(rng.randrange(len(fields)))


def has_more(schema: Schema, rng: Random) -> None:
    """A field that we do not know."""
    kind = rng.choice(
        (
            "string",
            "long",
            "double",
            ["null", "string"],
            {"type": "array", "items": "string"},
            {"type": "map", "values": "string"},
            {"type": "fixed", "name": "Digest", "size": 4},
            ["null", "string", "long"],
        )
    )
    schema["fields"].insert(rng.randrange(len(schema["fields"]) + 1), {"name": "new", "type": kind})


def other_order(schema: Schema, rng: Random) -> None:
    """The same fields in another order."""
    rng.shuffle(schema["fields"])


def renamed(schema: Schema, rng: Random) -> None:
    """A field has another name."""
    rng.choice(schema["fields"])["name"] = "renamed"


def other_type(schema: Schema, rng: Random) -> None:
    """A field has another type."""
    field = rng.choice(schema["fields"])
    field["type"] = rng.choice(
        ("string", "bytes", "long", "int", "double", "boolean", ["null", "string"])
    )
    field.pop("default", None)


def without_logical_type(schema: Schema, rng: Random) -> None:
    """Decimals as bytes, dates and instants as integers."""
    for field in schema["fields"]:
        for each in field["type"] if isinstance(field["type"], list) else [field["type"]]:
            if isinstance(each, dict):
                each.pop("logicalType", None)


def nullable(schema: Schema, rng: Random) -> None:
    """A field may be null that must not be."""
    field = rng.choice(schema["fields"])
    if isinstance(field["type"], str):
        field["type"] = rng.choice((["null", field["type"]], [field["type"], "null"]))
        field.pop("default", None)


def more_symbols(schema: Schema, rng: Random) -> None:
    """An enumeration has grown at its beginning."""
    for field in schema["fields"]:
        if isinstance(field["type"], dict) and field["type"].get("type") == "enum":
            symbols = field["type"]["symbols"]
            symbols.insert(0, f"NEWEST_{len(symbols)}")


CHANGES: Sequence[Callable[[Schema, Random], None]] = (
    lacks_field,
    has_more,
    other_order,
    renamed,
    other_type,
    without_logical_type,
    nullable,
    more_symbols,
)


def changed(schema: Any, rng: Random) -> Schema:
    """A schema with one or two changes."""
    copy: Schema = json.loads(json.dumps(schema))
    for _ in range(rng.choice((1, 1, 2))):
        rng.choice(CHANGES)(copy, rng)
    return copy
