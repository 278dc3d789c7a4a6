"""A vendor's own words for fields on the pages of a document, and what was read at them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from operators.extraction.hints import Hints, index_of
from operators.extraction.labels import Label, labels_in
from operators.extraction.links import under
from operators.extraction.memory import LABELLED
from operators.extraction.page import Box, Page, Reader
from operators.extraction.rows import Row, rows_of
from operators.extraction.understood import FieldRead

_DEEP = 2.2
"""How far under a label its value may begin, in heights of the label."""

Own: TypeAlias = Sequence[tuple[Row, Label]]
"""A vendor's own labels with their rows."""


def own_labels(pages: Sequence[Page], reader: Reader, hints: Hints) -> Own:
    """The vendor's own words on the pages."""
    index = index_of(hints)
    if index is None:
        return ()
    mend = reader != "TEXT_LAYER"
    labels = ((row, label) for row in rows_of(pages) for label in labels_in(row, mend, index))
    return [(row, label) for row, label in labels if label.own]


def read_at(fields: Iterable[FieldRead], own: Own) -> Iterator[tuple[str, Row, Label]]:
    """The fields that were read right of or under the vendor's own words for them."""
    for found in fields:
        name = LABELLED.get(found.field)
        for row, label in own if name is not None else ():
            if name in label.fields and _stands_at(found, row.page, label.box):
                yield found.field, row, label
                break


def _stands_at(found: FieldRead, page: int, label: Box) -> bool:
    if found.page != page or found.box is None:
        return False
    height = max(label.bottom - label.top, 1.0)
    level = abs(found.box.top + found.box.bottom - label.top - label.bottom) / 2
    if level < height and found.box.right > label.right:
        return True
    gap = found.box.top - label.bottom
    return -0.5 * height < gap < _DEEP * height and under(found.box, label, height)
