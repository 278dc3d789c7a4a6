"""The tables' shape follows the contracts."""

import json
from pathlib import Path
from typing import Any

from connectors.database.rows import AMOUNTS, BRANCH
from operators.result import Result

AVRO = Path(__file__).parents[2] / "schemas" / "avro"


def test_every_amount_among_the_details_is_shown_as_decimal_text() -> None:
    named: dict[str, frozenset[str]] = {}
    for contract in ("validation", "inventory", "fraud", "pricing"):
        schema = json.loads((AVRO / f"{contract}_result" / "1.avsc").read_text())
        _collect(schema, named)
    assert {struct.__name__: fields for struct, fields in AMOUNTS.items()} == named


def test_every_branch_has_a_name_in_the_tables() -> None:
    assert set(BRANCH) == set(Result.__subclasses__())


def _collect(schema: Any, named: dict[str, frozenset[str]]) -> None:
    if isinstance(schema, list):
        for part in schema:
            _collect(part, named)
    elif isinstance(schema, dict) and schema.get("type") == "record":
        decimals = {field["name"] for field in schema["fields"] if _is_decimal(field["type"])}
        if decimals:
            named[schema["name"]] = frozenset(decimals)
        for field in schema["fields"]:
            _collect(field["type"], named)
    elif isinstance(schema, dict):
        _collect(schema.get("items", schema.get("type")), named)


def _is_decimal(schema: Any) -> bool:
    if isinstance(schema, list):
        return any(_is_decimal(part) for part in schema)
    return isinstance(schema, dict) and schema.get("logicalType") == "decimal"
