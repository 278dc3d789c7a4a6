"""An invoice as a form: what is doubtful first, then everything else a person may put right.

>>> label_of("totals.gross"), label_of("lines[1].net"), label_of("seller.address.city")
('Total with VAT', 'Line 2: net', 'Seller: address city')
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from operators.extraction.asking import FIELDS, GROUPS
from operators.extraction.asking import Kind as AskedKind
from operators.extraction.outcome import CALLED
from operators.extraction.page import Box
from operators.extraction.paths import steps_of, value_at
from operators.extraction.record import DocumentReading
from operators.extraction.understood import FieldRead
from operators.invoice import Invoice
from operators.money import render
from operators.result import Violation

Kind: TypeAlias = Literal["text", "amount", "day"]

_KINDS: dict[AskedKind, Kind] = {"amount": "amount", "percent": "amount", "day": "day"}
_SECTIONS = (
    ("Invoice", ("number", "issue_date", "due_date", "delivery_date", "currency")),
    ("References", ("purchase_order", "contract", "buyer_reference")),
    ("Totals", tuple(name for name in FIELDS if name.startswith("totals."))),
    ("Seller", tuple(name for name in FIELDS if name.startswith("seller."))),
    ("Payment", ("payments[0].account.id",)),
    ("Buyer", tuple(name for name in FIELDS if name.startswith("buyer."))),
)
_EXACT = frozenset({"quantity", "rate", "vat_rate"})


class Field(Struct, frozen=True):
    """A value of the form."""

    path: str
    label: str
    kind: Kind
    value: str
    """As the form shows it."""
    confidence: int | None = None
    """Percent, rounded down: 99.6 is not sure."""
    page: int | None = None
    box: Box | None = None
    text: str | None = None
    """As it stands on the page."""
    obtained: str | None = None
    message: str | None = None
    """Why it is doubtful."""

    @property
    def name(self) -> str:
        """For identifiers on the page."""
        return "".join(sign if sign.isalnum() else "-" for sign in self.path)


class Section(Struct, frozen=True):
    """Fields that belong together."""

    title: str
    fields: tuple[Field, ...]


class Row(Struct, frozen=True):
    """A row of a table of the form."""

    cells: tuple[Field, ...]


class Grid(Struct, frozen=True):
    """The lines of the invoice, or its VAT breakdown."""

    name: str
    title: str
    heads: tuple[tuple[str, bool], ...]
    """Names of the columns, and whether they hold numbers."""
    rows: tuple[Row, ...]


class Form(Struct, frozen=True):
    """The whole form."""

    doubtful: tuple[Field, ...]
    """What a person is asked, the least sure first."""
    sections: tuple[Section, ...]
    grids: tuple[Grid, ...]

    @property
    def fields(self) -> Iterator[Field]:
        """All fields."""
        yield from self.doubtful
        for section in self.sections:
            yield from section.fields
        for grid in self.grids:
            for row in grid.rows:
                yield from row.cells


def form_of(
    invoice: Invoice, reading: DocumentReading | None, violations: Sequence[Violation]
) -> Form:
    """The form for an invoice: fields that a violation names are doubtful."""
    read = {} if reading is None else {each.field: each for each in reading.fields}
    why: dict[str, str] = {}
    for violation in violations:
        if violation.field and is_value(invoice, violation.field):
            why.setdefault(violation.field, violation.message)
    doubtful = sorted(
        (_field(invoice, path, read.get(path), message) for path, message in why.items()),
        key=lambda each: -1 if each.confidence is None else each.confidence,
    )
    sections = []
    for title, paths in _SECTIONS:
        fields = [_field(invoice, path, read.get(path)) for path in paths if path not in why]
        if fields:
            sections.append(Section(title, tuple(fields)))
    grids = tuple(_grids(invoice, read, frozenset(why)))
    return Form(tuple(doubtful), tuple(sections), grids)


def is_value(invoice: Invoice, path: str) -> bool:
    """Whether a path is one of a single value, there or not."""
    if path in FIELDS:
        return True
    try:
        found = value_at(invoice, path)
    except (ValueError, AttributeError, IndexError):
        return False
    return found is None or isinstance(found, str | int | date)


def label_of(path: str) -> str:
    """What people call a field."""
    called = CALLED.get(path)
    if called is None:
        steps = steps_of(path)
        called = " ".join(name.replace("_", " ") for name, _ in steps)
        if len(steps) > 1:
            (group, index), *rest = steps
            last = " ".join(name.replace("_", " ") for name, _ in rest)
            first = group if index is None else f"{group.removesuffix('s')} {index + 1}"
            called = f"{first.replace('_', ' ')}: {last}" if group != "totals" else last
    return called[:1].upper() + called[1:]


def shown(path: str, value: Any) -> str:
    """A value as the form shows it, and as it is read back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return render(value, 0 if path.rpartition(".")[2] in _EXACT else 2)
    return value.isoformat() if isinstance(value, date) else str(value)


def _field(
    invoice: Invoice, path: str, read: FieldRead | None, message: str | None = None
) -> Field:
    value = value_at(invoice, path)
    kind = _KINDS.get(FIELDS[path].kind, "text") if path in FIELDS else _kind_of(value)
    return _made(path, label_of(path), kind, value, read, message)


def _made(
    path: str, label: str, kind: Kind, value: Any, read: FieldRead | None, message: str | None
) -> Field:
    if read is None:
        return Field(path, label, kind, shown(path, value), message=message)
    return Field(
        path,
        label,
        kind,
        shown(path, value),
        int(read.confidence * 100),
        read.page,
        read.box,
        read.text,
        read.obtained.lower().replace("_", " "),
        message,
    )


def _kind_of(value: Any) -> Kind:
    if isinstance(value, int):
        return "amount"
    return "day" if isinstance(value, date) else "text"


def _grids(invoice: Invoice, read: dict[str, FieldRead], doubtful: Iterable[str]) -> Iterator[Grid]:
    for name, title in (("lines", "Lines"), ("vat_breakdown", "VAT")):
        columns = GROUPS[name]
        heads = tuple(
            (column.replace("_", " ").capitalize(), asked.kind in ("amount", "percent"))
            for column, asked in columns.items()
        )
        rows = []
        for index in range(len(getattr(invoice, name))):
            cells = []
            for column, asked in columns.items():
                path = f"{name}[{index}].{column}"
                # What is doubtful stands above, and only there.
                if path in doubtful:
                    cells.append(Field("", label_of(path), "text", "↑"))
                    continue
                kind = _KINDS.get(asked.kind, "text")
                value = value_at(invoice, path)
                cells.append(_made(path, label_of(path), kind, value, read.get(path), None))
            rows.append(Row(tuple(cells)))
        if rows:
            yield Grid(name, title, heads, tuple(rows))
