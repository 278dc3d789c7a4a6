"""An invoice with values put in at their paths.

>>> from operators.invoice import Invoice, Party, Totals
>>> empty = Invoice(seller=Party(), buyer=Party(), totals=Totals())
>>> filled = placed(empty, {"seller.name": "Mill & Co", "payments[0].account.id": "DE02"})
>>> filled.seller.name, filled.payments[0].account.id
('Mill & Co', 'DE02')
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from operators.extraction.asking import GROUPS
from operators.extraction.citing import Judged
from operators.extraction.meaning import Value
from operators.extraction.understood import Understood
from operators.invoice import Invoice

_STEP = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")


def completed(understood: Understood, judged: Judged) -> Understood:
    """What was understood, with the accepted values in place of what was unsure.

    Rows of a group take the place of all rows that were there.
    """
    new = set(judged.values)
    groups = {name for name in GROUPS if any(path.startswith(f"{name}[") for path in new)}
    invoice = replace(understood.invoice, **dict.fromkeys(groups, ()))
    kept = tuple(
        field
        for field in understood.fields
        if field.field not in new and field.field.partition("[")[0] not in groups
    )
    invoice = placed(invoice, judged.values)
    return replace(understood, invoice=invoice, fields=(*kept, *judged.fields))


def placed(invoice: Invoice, values: Mapping[str, Value]) -> Invoice:
    """The invoice with these values at these paths, and the rows that they need."""
    tree: Any = msgspec.to_builtins(invoice)
    for path, value in values.items():
        _put(tree, _STEP.findall(path), value)
    return msgspec.convert(tree, Invoice)


def _put(tree: Any, steps: list[tuple[str, str]], value: Value) -> None:
    *way, (last, _) = steps
    for name, row in way:
        if not row:
            tree[name] = tree = tree.get(name) or {}
            continue
        rows = tree[name] = list(tree.get(name) or ())
        rows += [{} for _ in range(int(row) + 1 - len(rows))]
        tree = rows[int(row)]
    tree[last] = value
