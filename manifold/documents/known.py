"""What is known about a document: the JSON beside it, in any of three shapes.

- what `manifold generate documents` writes: `header`, `invoice` as far as the document says it,
  and `record`, the whole of it;
- an invoice record alone, also of a few fields only, which then count for just these;
- `company`, `date`, `address` and `total` of a receipt, as public sets have them.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from msgspec import Struct

from connectors.einvoice import Unreadable, read
from manifold.documents.fields import FIELDS, RECEIPT_FIELDS, Field
from operators import money
from operators.invoice import Invoice, Line
from operators.money import Amount

_SIMPLE = frozenset({"company", "date", "address", "total"})
_DAY = re.compile(r"\d{1,4}[ ./-]+(?:\d{1,2}|[A-Za-z]{3,9})[ .,/-]+\d{2,4}|\d{8}")
_DAY_FORMATS = (
    "%d/%m/%Y", "%Y/%m/%d", "%d/%m/%y", "%d/%b/%Y", "%d/%B/%Y", "%d/%b/%y", "%m/%d/%Y", "%Y%m%d",
    "%d%m%Y",
)  # fmt: skip


class Known(Struct, frozen=True):
    """The truth about a document."""

    fields: tuple[Field, ...]
    """What it is scored on."""
    values: Mapping[str, object]
    """The value of each field that the document has."""
    lines: tuple[Line, ...]
    """Its lines."""
    has_lines: bool
    """Whether the lines are known."""
    complete: bool = False
    """Whether what is not in it is not in the document either."""
    unsaid: Mapping[str, object] = {}
    """Right values that the document does not say, but that can be computed."""
    header: Mapping[str, str] = {}
    """What else is told: kind, language, layout, difficulty."""


def known(path: Path) -> Known:
    """Read the truth in a file; Unreadable says what is wrong with it."""
    try:
        # As text, an amount never passes through a float.
        told = json.loads(path.read_text("utf-8-sig"), parse_float=str, parse_int=str)
    except (OSError, ValueError) as error:
        raise Unreadable("not_json", f"The truth {path.name} is no JSON file: {error}.") from None
    if not isinstance(told, dict):
        raise Unreadable("not_json", f"The truth {path.name} has to be an object, {{…}}.")
    if told and told.keys() <= _SIMPLE:
        return _receipt(told, path)
    if "invoice" not in told:
        return _of(_invoice(told, path), told)
    invoice, header = told["invoice"], told.get("header") or {}
    record = _invoice(told["record"], path) if told.get("record") else None
    found = _of(_invoice(invoice, path), invoice)
    return Known(
        fields=found.fields,
        values=found.values,
        lines=found.lines,
        has_lines=found.has_lines,
        complete=str(header.get("complete")).lower() == "true",
        unsaid={} if record is None else _of(record, {}).values,
        header={name: str(value) for name, value in header.items() if value is not None},
    )


def _invoice(told: object, path: Path) -> Invoice:
    try:
        return read(json.dumps(told).encode()).invoice
    except Unreadable as error:
        raise Unreadable(error.reason, f"The truth {path.name}: {error}") from None


def _of(invoice: Invoice, told: object) -> Known:
    values = {field.name: field.of(invoice) for field in FIELDS}
    return Known(
        fields=FIELDS,
        values={name: value for name, value in values.items() if value is not None},
        lines=invoice.lines,
        has_lines=isinstance(told, dict) and "lines" in told,
    )


def _receipt(told: Mapping[str, object], path: Path) -> Known:
    values: dict[str, object] = {}
    for name, key in (("seller.name", "company"), ("address", "address")):
        if str(told.get(key) or "").strip():
            values[name] = str(told[key])
    if told.get("date"):
        values["issue_date"] = plain_day(str(told["date"]), path)
    if told.get("total"):
        values["total"] = plain_amount(str(told["total"]), path)
    return Known(fields=RECEIPT_FIELDS, values=values, lines=(), has_lines=False)


def plain_day(text: str, path: Path) -> date:
    """A day as people write it, the day before the month; a month of more than 12 turns them."""
    match = _DAY.search(text)
    written = re.sub(r"[ .,/-]+", "/", match[0]) if match else ""
    for shape in _DAY_FORMATS:
        try:
            return datetime.strptime(written, shape).date()
        except ValueError:
            continue
    raise Unreadable("bad_value", f"The truth {path.name}: the date is none that is understood.")


def plain_amount(text: str, path: Path) -> Amount:
    """An amount as people write it, with or without a currency."""
    digits = re.sub(r"[^\d.,-]", "", text).rstrip(".,")
    decimal = max(digits.rfind("."), digits.rfind(","))
    if decimal >= 0 and len(digits) - decimal - 1 <= 2:
        whole = re.sub(r"[.,]", "", digits[:decimal])
        digits = f"{whole}.{digits[decimal + 1 :]}"
    else:
        digits = re.sub(r"[.,]", "", digits)
    try:
        return money.parse(digits)
    except ValueError:
        message = f"The truth {path.name}: the total is no amount that is understood."
        raise Unreadable("bad_value", message) from None
