"""Layouts of till receipts, those for tuning and those for reporting apart."""

from typing import Literal

from msgspec import Struct


class ReceiptLayout(Struct, frozen=True, kw_only=True):
    """A family of receipts."""

    name: str
    """Its name, which says what set it is of."""
    millimetres: int
    """Width of the paper."""
    characters: int
    """About how many fit in a line."""
    faces: tuple[str, ...]
    """Faces of which one is drawn."""
    items: Literal[
        "one_line", "two_lines", "table", "quantity_first", "dotted", "coded", "price_first"
    ]
    """How what was bought is listed."""
    separator: Literal["-", "=", "*", "rule", "none"]
    """Between the parts."""
    tax: Literal["line", "table", "above", "letters", "summary", "analysis"]
    """Tax: a line below the total, a table at the end, rows above the total, a table by letter, one
    with heads, one with heads and a sum."""
    particulars: Literal["top", "bottom", "split", "labelled", "stamped", "columns"]
    """Where number, date and time stand."""
    total: Literal["plain", "bold", "double", "framed"]
    """The total."""
    left_aligned: bool = False
    """Whether the head stands at the left."""
    currency_everywhere: bool = False
    """Whether every amount has the currency."""
    registered: Literal["none", "below", "beside"] = "none"
    """Where a Malaysian company's registration stands: nowhere, below its name, beside it."""
    counted: bool = False
    """Whether it is said how many things were bought."""
    twelve_hours: bool = False
    """Whether English and Malaysian times of day have AM and PM."""


_MONO = ("courier", "dejavu-mono", "liberation-mono")

TUNING_RECEIPTS: tuple[ReceiptLayout, ...] = (
    ReceiptLayout(
        name="tuning-receipt-80", millimetres=80, characters=42, faces=_MONO, items="one_line",
        separator="-", tax="table", particulars="top", total="bold",
    ),
    ReceiptLayout(
        name="tuning-receipt-58", millimetres=58, characters=32, faces=_MONO, items="two_lines",
        separator="-", tax="line", particulars="top", total="double",
    ),
    ReceiptLayout(
        name="tuning-receipt-table", millimetres=80, characters=44, faces=_MONO, items="table",
        separator="=", tax="above", particulars="labelled", total="bold",
    ),
    ReceiptLayout(
        name="tuning-receipt-printed", millimetres=80, characters=46, faces=("helvetica", "vera"),
        items="one_line", separator="rule", tax="line", particulars="bottom", total="bold",
    ),
    ReceiptLayout(
        name="tuning-receipt-coded", millimetres=80, characters=42, faces=_MONO, items="coded",
        separator="-", tax="summary", particulars="stamped", total="plain", registered="below",
        counted=True, twelve_hours=True,
    ),
    ReceiptLayout(
        name="tuning-receipt-registered", millimetres=76, characters=38,
        faces=("helvetica", "dejavu-condensed", *_MONO), items="table", separator="none",
        tax="summary", particulars="labelled", total="bold", registered="beside",
    ),
)  # fmt: skip
"""Those that extraction is tuned on."""

REPORTING_RECEIPTS: tuple[ReceiptLayout, ...] = (
    ReceiptLayout(
        name="reporting-receipt-quantity-first", millimetres=80, characters=40, faces=_MONO,
        items="quantity_first", separator="*", tax="letters", particulars="split", total="framed",
    ),
    ReceiptLayout(
        name="reporting-receipt-narrow", millimetres=58, characters=30, faces=_MONO,
        items="quantity_first", separator="none", tax="above", particulars="split", total="double",
        left_aligned=True, currency_everywhere=True,
    ),
    ReceiptLayout(
        name="reporting-receipt-dotted", millimetres=76, characters=44,
        faces=("times", "dejavu-condensed", "liberation-narrow"), items="dotted",
        separator="*", tax="letters", particulars="split", total="framed",
    ),
    ReceiptLayout(
        name="reporting-receipt-priced", millimetres=80, characters=44, faces=_MONO,
        items="price_first", separator="=", tax="analysis", particulars="columns", total="bold",
        registered="below", counted=True, twelve_hours=True,
    ),
    ReceiptLayout(
        name="reporting-receipt-columns", millimetres=58, characters=34,
        faces=("liberation-narrow", "times", *_MONO), items="quantity_first", separator="-",
        tax="analysis", particulars="columns", total="double", registered="beside",
        left_aligned=True,
    ),
)  # fmt: skip
"""Those that extraction is reported on."""
