"""Which of the values read of a document are right, each by its path."""

from collections.abc import Iterator

from manifold.documents.fields import FIELDS, Same, plain_identifier, plain_text
from manifold.documents.line_matching import CELLS, cell_right, matched
from operators.extraction.paths import value_at
from operators.extraction.understood import Understood
from operators.invoice import Invoice

_SAME: dict[str, Same] = {field.name: field.same for field in FIELDS}
_ANY_ORDER = {"vat_breakdown", "allowances_charges", "payments", "preceding_invoices"}
"""Groups whose order is nothing that a document says."""


def outcomes(record: Invoice, understood: Understood) -> Iterator[tuple[str, bool]]:
    """Each path that was read, and whether the value is the record's."""
    read = understood.invoice
    pairs = {other: one for one, other in matched(record.lines, read.lines)}
    for each in understood.fields:
        path, value = each.field, value_at(read, each.field)
        if value is None:
            continue
        group, _, rest = path.partition("[")
        if group == "lines":
            number, cell = rest.split("].", 1)
            truth = pairs.get(int(number))
            yield path, truth is not None and _cell(cell, record, read, truth, int(number))
        elif group in _ANY_ORDER:
            part = rest.split("].", 1)[1]
            count = len(getattr(record, group))
            others = (value_at(record, f"{group}[{at}].{part}") for at in range(count))
            yield path, any(_alike(path, other, value) for other in others)
        else:
            yield path, _alike(path, value_at(record, path), value)


def _cell(cell: str, record: Invoice, read: Invoice, one: int, other: int) -> bool:
    if cell in CELLS:
        return cell_right(cell, record.lines[one], read.lines[other])
    truth = value_at(record, f"lines[{one}].{cell}")
    return _alike(cell, truth, value_at(read, f"lines[{other}].{cell}"))


def _alike(path: str, truth: object, read: object) -> bool:
    if truth is None:
        # What is not said is nothing: a total of zero is none.
        return read == 0
    if path in _SAME:
        return _SAME[path](truth, read)
    if isinstance(truth, str) and isinstance(read, str):
        return plain_identifier(truth) == plain_identifier(read) or plain_text(truth) == plain_text(
            read
        )
    return truth == read
