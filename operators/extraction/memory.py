"""What is remembered of a vendor's documents because a person has corrected one of them.

Nothing else is ever remembered: every entry says from which correction it is, and how often later
ones have said the same. It is bounded, whatever people correct.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.extraction.folded import key
from operators.extraction.legal_forms import LEGAL
from operators.time import Instant

MOST_LABELS = 4
"""Labels of a field; the newest stay."""
MOST_MARKS = 24
"""Marks of a vendor; those longest unseen go first."""
LONGEST = 200
"""Characters of a value; what is longer is not remembered."""

FACTS = (
    "seller.name",
    "seller.vat_id",
    "seller.tax_id",
    "seller.legal_id",
    "seller.address.street",
    "seller.address.postcode",
    "seller.address.city",
    "seller.address.country",
    "payments[0].account.id",
    "currency",
)
"""Fields that do not change from document to document."""

LABELLED: Mapping[str, str] = {
    "number": "number",
    "issue_date": "issue_date",
    "due_date": "due_date",
    "delivery_date": "delivery_date",
    "purchase_order": "order",
    "buyer_reference": "buyer_reference",
    "contract": "contract",
    "despatch_advice": "despatch",
    "totals.net": "net",
    "totals.tax": "tax",
    "totals.gross": "gross",
    "totals.prepaid": "prepaid",
    "totals.rounding": "rounding",
    "totals.payable": "payable",
}
"""Fields that do change, and what the vocabulary calls their labels."""

MarkKind: TypeAlias = Literal[
    "vat_id", "tax_id", "legal_id", "iban", "phone", "domain", "name", "read_as", "UNKNOWN"
]
"""What a vendor is known by: identifiers, telephone, site, name, or what was read for its name."""

_KEPT = 8
"""Pieces of a name that are kept."""
_GRAM = 6
"""Signs of the pieces by which a misread name is still found."""


class Learned(Struct, frozen=True, gc=False):
    """Where something that is remembered comes from."""

    request_id: str
    """Request whose document was corrected."""
    attempt: int
    """Attempt that was corrected."""
    reviewer: str
    """Who has corrected it."""
    at: Instant
    """When."""
    confirmed: int = 0
    """How often a later review has said the same."""


class Fact(Struct, frozen=True, gc=False):
    """What is the same in all documents of the vendor."""

    field: str
    """Its path in the invoice record."""
    value: str
    """As it was corrected."""
    learned: Learned
    """From what."""


class LabelKnown(Struct, frozen=True, gc=False):
    """The words under or behind which the vendor writes something."""

    field: str
    """Path of the field that they name."""
    phrase: str
    """The words, in lower case."""
    page: int
    """Page on which its value stood, from 1."""
    left: float
    """How far from the left edge the value stood, as a share of the page's width."""
    top: float
    """How far from the upper edge, as a share of its height."""
    learned: Learned
    """From what."""


class Mark(Struct, frozen=True, gc=False):
    """What the vendor's documents can be told by."""

    kind: MarkKind
    """What it is."""
    value: str
    """Without case, blanks and punctuation."""
    learned: Learned
    """From what."""


class VendorMemory(Struct, frozen=True, gc=False):
    """All that is remembered of a vendor's documents."""

    vendor_id: str
    """Key: the vendor."""
    updated_at: Instant
    """When something was learned last."""
    facts: tuple[Fact, ...] = ()
    """What does not change, at most one for each field."""
    labels: tuple[LabelKnown, ...] = ()
    """Where the rest stands, at most four for each field, the newest first."""
    marks: tuple[Mark, ...] = ()
    """What its documents are known by, at most 24, the newest first."""

    def fact(self, field: str) -> str | None:
        """What is known of a field, None when nothing is."""
        return next((each.value for each in self.facts if each.field == field), None)

    @property
    def names(self) -> tuple[str, ...]:
        """The names it goes by, as they are compared."""
        return tuple(each.value for each in self.marks if each.kind == "name")


def marks_of(memory: VendorMemory) -> Iterator[str]:
    """What a memory is looked up by: its marks, and pieces of its names."""
    for mark in memory.marks:
        yield f"{mark.kind} {mark.value}"
        if mark.kind == "name":
            yield from kept_grams(mark.value)


def grams(name: str) -> Iterator[str]:
    """The pieces of a folded name: a misread sign leaves most of them whole.

    >>> list(grams("bookshop"))
    ['piece booksh', 'piece ooksho', 'piece okshop']
    """
    for start in range(len(name) - _GRAM + 1):
        yield f"piece {name[start : start + _GRAM]}"


def kept_grams(name: str) -> list[str]:
    """Those that a name is looked up by, a few over all of it: every vendor has some.

    >>> len(kept_grams("bookshop")), len(kept_grams("booktaktamandaya" * 4))
    (3, 8)
    """
    every = list(grams(name))
    return every[:: max(1, round(len(every) / _KEPT))][:_KEPT]


def form_of(name: str | None) -> str:
    """The legal form that a name ends in, as it is compared; empty without one.

    >>> form_of("Muster GmbH & Co. KG"), form_of("Muster")
    ('gmbhcokg', '')
    """
    forms = LEGAL.findall(name or "")
    return key(forms[-1]) if forms else ""


def compared(name: str) -> str:
    """A name as it is compared: without legal form, case, blanks and punctuation.

    >>> compared("Book-Shop Sdn. Bhd."), compared("KG")
    ('bookshop', 'kg')
    """
    return key(LEGAL.sub(" ", name)) or key(name)
