"""What a language model is asked."""

import json

from operators.extraction.asking import FIELDS, GROUPS, PROMPT, SCHEMA, question
from operators.extraction.numbered import numbered_lines
from operators.extraction.page import Page
from tests.unit.cited import (
    INVOICE,
    asked,
    page_of,
)


def test_what_is_asked_for_is_not_taken_for_known() -> None:
    there = asked(INVOICE, "totals.gross", gross="999", net="100", tax="19")
    assert set(there.known) == {"totals.net", "totals.tax"}


def test_nothing_is_asked_when_all_is_sure_or_nothing_can_be_read() -> None:
    assert question(numbered_lines([page_of(INVOICE)]), []) is None
    assert question(numbered_lines([page_of(INVOICE)]), ["vendor_id", "lacks"]) is None
    assert question(numbered_lines([Page(10, 10, ())]), ["number"]) is None


def test_the_schema_is_closed_at_every_level_and_names_every_field() -> None:
    def objects(schema: object) -> list[dict[str, object]]:
        if isinstance(schema, dict):
            inner = [each for value in schema.values() for each in objects(value)]
            return [schema, *inner] if schema.get("type") == "object" else inner
        return (
            [each for item in schema for each in objects(item)] if isinstance(schema, list) else []
        )

    found = objects(SCHEMA)
    assert len(found) == 4
    for each in found:
        assert each["additionalProperties"] is False
        assert isinstance(each["properties"], dict)
        assert each["required"] == list(each["properties"])
    text = json.dumps(SCHEMA)
    for name in (*FIELDS, *GROUPS, *GROUPS["lines"], *GROUPS["vat_breakdown"]):
        assert f'"{name}"' in text
        assert name in PROMPT
