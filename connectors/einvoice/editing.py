"""An invoice with values that a person has put right, given as text by their paths.

>>> from operators.invoice import Party, Totals
>>> read = Invoice(seller=Party(name="Ab"), buyer=Party(), totals=Totals())
>>> edited(read, {"totals.gross": "119,00", "lines[0].name": "Paper"}).totals.gross
11900000000
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.einvoice.plain import build, to_json
from connectors.einvoice.reading import Unreadable
from operators.extraction.paths import steps_of
from operators.invoice import Invoice

_DECIMAL_COMMA = re.compile(r"-?\d+,\d{1,2}")
_MOST_ROWS = 1_000


def edited(invoice: Invoice, changes: Mapping[str, str]) -> Invoice:
    """The invoice with these values; an empty text takes a value out, and an empty row goes.

    Raises Unreadable, whose text begins with the path that is wrong.
    """
    tree = to_json(invoice)
    for path, text in changes.items():
        try:
            steps = steps_of(path)
        except ValueError:
            raise Unreadable("unknown_field", f"“{path[:60]}” is no field.") from None
        _put(tree, steps, text.strip(), path)
    for name, rows in tree.items():
        if isinstance(rows, list):
            tree[name] = [row for row in rows if row]
    # Every invoice has these, even empty.
    return build(Invoice, {"seller": {}, "buyer": {}, "totals": {}, **tree})


def _put(
    tree: dict[str, Any], steps: Sequence[tuple[str, int | None]], text: str, path: str
) -> None:
    (name, index), *further = steps
    if index is not None:
        rows = tree.setdefault(name, [])
        if not isinstance(rows, list) or index >= _MOST_ROWS or not further:
            raise Unreadable("unknown_field", f"{path} is no field.")
        rows.extend({} for _ in range(index + 1 - len(rows)))
        _put(rows[index], further, text, path)
    elif further:
        inner = tree.setdefault(name, {})
        if not isinstance(inner, dict):
            raise Unreadable("unknown_field", f"{path} is no field.")
        _put(inner, further, text, path)
        if not inner:
            del tree[name]
    elif text:
        # What people type where the comma is the decimal sign; “1,234” might be a thousand.
        tree[name] = text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text
    else:
        tree.pop(name, None)
