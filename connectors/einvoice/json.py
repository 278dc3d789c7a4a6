"""JSON uploads: an invoice in our own field names, alone or with what the producer says of it."""

import json
import re
from collections.abc import Iterator

from connectors.einvoice.plain import Number, build
from connectors.einvoice.reading import Unreadable, Upload
from operators.invoice import Invoice

_PRINTED = frozenset({"file", "syntax"})
_ENVELOPE = _PRINTED.union(Upload.__struct_fields__) - {"syntax"}
_LINES = re.compile(r"\s*\{[^\n]*\}[ \t\r]*\n\s*\{")


def uploads(content: bytes) -> Iterator[Upload | Unreadable]:
    """The uploads in one JSON object, an array of them, or JSON Lines, in order.

    One that cannot be read comes as the reason why, and the next one follows; outside JSON
    Lines, text that is no JSON ends the reading.
    """
    try:
        text = content.decode(json.detect_encoding(content)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        where = f"The text is not {error.encoding}, at byte {error.start}"
        yield Unreadable("not_json", f"{where}. Save it as UTF-8.")
        return
    if _LINES.match(text):
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield from _uploads(line, number)
    else:
        yield from _uploads(text, 0)


def _uploads(text: str, line: int) -> Iterator[Upload | Unreadable]:
    where = f"Line {line}: " if line else ""
    try:
        found = _decoded(text, max(line, 1))
    except Unreadable as unreadable:
        yield unreadable
        return
    if found == []:
        yield Unreadable("no_invoice", f"{where}The list is empty.")
    for value in found if isinstance(found, list) else (found,):
        try:
            yield _upload(value)
        except Unreadable as unreadable:
            yield Unreadable(unreadable.reason, f"{where}{unreadable}")


def _upload(value: object) -> Upload:
    """An upload or a bare invoice, also as `manifold read` and `manifold generate` print them."""
    if isinstance(value, dict) and "upload" in value:
        value = value["upload"]
    if not isinstance(value, dict) or _ENVELOPE.isdisjoint(value):
        return Upload(invoice=build(Invoice, value), syntax="JSON")
    if value.get("invoice") is None:
        raise Unreadable(
            "no_invoice",
            "There is no “invoice”. Give the invoice itself; a document has to be read first.",
        )
    said = {name: part for name, part in value.items() if name not in _PRINTED}
    return build(Upload, {**said, "syntax": "JSON"})


def _decoded(text: str, first_line: int) -> object:
    try:
        return json.loads(
            text,
            parse_float=Number,
            parse_int=Number,
            parse_constant=_no_constant,
            object_pairs_hook=_without_doubles,
        )
    except json.JSONDecodeError as error:
        at = f"line {first_line + error.lineno - 1}, column {error.colno}"
        raise Unreadable("not_json", f"This is not JSON, at {at}: {error.msg}.") from None
    except RecursionError:
        raise Unreadable("too_large", "The JSON is nested too deeply for an invoice.") from None


def _no_constant(name: str) -> object:
    raise Unreadable("not_json", f"{name} is no JSON number.")


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    unique = dict(pairs)
    if len(unique) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable("bad_value", f"“{twice[:60]}” is given twice in one object.")
    return unique
