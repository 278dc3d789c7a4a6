"""Whether the dates of a document are as far from each other as is usual."""

from datetime import date

from msgspec.structs import replace

from operators.extraction.candidate import Candidate

_SOON = 31
"""Days after a delivery in which most invoices are written."""
_USUAL_TERMS = frozenset((7, 8, 10, 14, 15, 20, 21, 28, 30, 31, 45, 60, 90))
"""Days until payment is due, as they are agreed on."""


def in_time(
    issued: Candidate[date] | None,
    due: Candidate[date] | None,
    delivered: Candidate[date] | None,
) -> Candidate[date] | None:
    """The issue date, surer where the others are as far from it as is usual."""
    if issued is None:
        return None
    holds = 0.0
    if due is not None:
        term = (due.value - issued.value).days
        at_once = term == 0 and issued.row != due.row
        holds = 1.0 if at_once or term in _USUAL_TERMS else 0.0 if term >= 0 else -1.0
    if delivered is not None and not holds:
        holds = 0.5 if 0 <= (issued.value - delivered.value).days <= _SOON else 0.0
    return replace(issued, evidence=replace(issued.evidence, sums=holds))
