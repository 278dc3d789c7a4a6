"""What a document is understood with beyond the vocabulary: what is known of its vendor's own.

>>> hints = Hints({"number": ("vorgang",)})
>>> index_of(hints).known["vorgang"][0]
('number',)
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.labels import Index, Label

_SUMS = frozenset({"net", "tax", "prepaid", "rounding"})
"""Fields of which a document may have several that add up, each with a label of its own."""
_RIVALS: Mapping[str, tuple[str, ...]] = {
    "number": ("number_weak",),
    "issue_date": ("date",),
    "gross": ("total",),
}
"""What else the vocabulary may take for the label of a field."""


class Hints(Struct, frozen=True):
    """What is known of a vendor's documents."""

    labels: Mapping[str, tuple[str, ...]] = {}
    """The vendor's own words for fields, by their names in the vocabulary."""
    sellers: tuple[str, ...] = ()
    """Names that the seller goes by."""


def index_of(hints: Hints | None) -> Index | None:
    """The vendor's own words, made ready to be looked up; None without any."""
    if hints is None or not hints.labels:
        return None
    return Index({field: {"": " | ".join(phrases)} for field, phrases in hints.labels.items()})


def with_own(labels: list[Label]) -> list[Label]:
    """The labels of a document, where the vendor's own words for a field go before all others."""
    own = {field for label in labels if label.own for field in label.fields} - _SUMS
    if not own:
        return labels
    taken = own | {rival for field in own for rival in _RIVALS.get(field, ())}
    kept = []
    for label in labels:
        fields = tuple(field for field in label.fields if label.own or field not in taken)
        if fields:
            kept.append(label if fields == label.fields else replace(label, fields=fields))
    return kept
