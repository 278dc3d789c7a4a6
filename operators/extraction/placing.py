"""An answer's accepted values in the invoice that they were missing from.

>>> from operators.invoice import Invoice, Party, Totals
>>> empty = Invoice(seller=Party(), buyer=Party(), totals=Totals())
>>> filled = placed(empty, {"seller.name": "Mill & Co", "payments[0].account.id": "DE02"})
>>> filled.seller.name, filled.payments[0].account.id
('Mill & Co', 'DE02')
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from operators.extraction.asking import GROUPS
from operators.extraction.citing import Judged
from operators.extraction.meaning import Value
from operators.extraction.paths import steps_of, value_at
from operators.extraction.second_reading import both_say, one_of_two
from operators.extraction.understood import FieldRead, Understood
from operators.invoice import Invoice
from operators.money import Amount

_SAME_WORDS = 0.5
"""How often a model and the reading before it say the same when both are wrong.

Oftener than two engines, since both have the same words; that it is every other time is assumed.
"""


def certain_totals(understood: Understood, accept: float) -> dict[str, Amount]:
    """The totals that are at least so sure: what an answer has to agree with."""
    totals = understood.invoice.totals
    sure = {each.field for each in understood.fields if each.confidence >= accept}
    amounts = {f"totals.{name}": getattr(totals, name) for name in totals.__struct_fields__}
    return {path: each for path, each in amounts.items() if path in sure and each is not None}


def completed(understood: Understood, judged: Judged) -> Understood:
    """What was understood, with the accepted values in place of what was unsure.

    A value that was there already is surer when the answer is the same, and less sure when it is
    another one. Rows of a group take the place of all rows that were there.
    """
    before = {each.field: each for each in understood.fields}
    groups = {name for name in GROUPS if any(path.startswith(f"{name}[") for path in judged.values)}
    kept = [
        each
        for path, each in before.items()
        if path not in judged.values and path.partition("[")[0] not in groups
    ]
    new = [
        each if each.field not in before else _weighed(each, before[each.field].confidence, same)
        for each in judged.fields
        for same in [value_at(understood.invoice, each.field) == judged.values[each.field]]
    ]
    invoice = replace(understood.invoice, **dict.fromkeys(groups, ()))
    return replace(understood, invoice=placed(invoice, judged.values), fields=(*kept, *new))


def _weighed(new: FieldRead, old: float, same: bool) -> FieldRead:
    """How sure a value is in the light of how sure one was that was read before."""
    sure = new.confidence
    return replace(
        new, confidence=both_say(sure, old, _SAME_WORDS) if same else one_of_two(sure, old)
    )


def placed(invoice: Invoice, values: Mapping[str, Value]) -> Invoice:
    """The invoice with these values at these paths, and the rows that they need."""
    tree: Any = msgspec.to_builtins(invoice)
    for path, value in values.items():
        _put(tree, steps_of(path), value)
    return msgspec.convert(tree, Invoice)


def _put(tree: Any, steps: Sequence[tuple[str, int | None]], value: Value) -> None:
    *way, (last, _) = steps
    for name, row in way:
        if row is None:
            tree[name] = tree = tree.get(name) or {}
            continue
        rows = tree[name] = list(tree.get(name) or ())
        rows += [{} for _ in range(row + 1 - len(rows))]
        tree = rows[row]
    tree[last] = value
