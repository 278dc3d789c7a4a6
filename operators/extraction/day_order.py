"""Whether day or month comes first in a document's dates, and whether that is certain.

>>> from operators.extraction.dates import dates_in
>>> dates = dates_in("02/03/2026")
>>> day_order(dates, ["Rechnung 02/03/2026"], "de", "EUR")
DayOrder(first=True, settled=True)
>>> day_order(dates, ["Invoice 02/03/2026", "Austin, TX 78701", "IBAN"], "en", "USD")
DayOrder(first=False, settled=True)
>>> day_order(dates, ["Invoice 02/03/2026"], "en", None)
DayOrder(first=True, settled=False)
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from operators.extraction.dates import DateWritten, order_votes

_AMERICAN = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z .]+, [A-Z]{2} \d{5}(?:-\d{4})?(?!\d)")
"""A town with its state and ZIP code."""
_BRITISH = re.compile(r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)")
"""A British postcode."""
_ELSEWHERE = re.compile(r"(?<![A-Za-z])(?:IBAN|VAT|GST|SDN|BHD|ABN)(?![A-Za-z])", re.IGNORECASE)
"""What is hardly said in the United States."""


class DayOrder(NamedTuple):
    """The order of a document's dates."""

    first: bool
    """Whether the day comes before the month."""
    settled: bool
    """Whether that is more than a guess."""


def day_order(
    dates: Sequence[DateWritten], texts: Sequence[str], language: str | None, currency: str | None
) -> DayOrder:
    """The order by the dates that are possible in one only, else by the language and country."""
    votes = order_votes(dates)
    if votes:
        return DayOrder(votes > 0, True)
    if language not in (None, "en"):
        return DayOrder(True, True)
    american = any(_AMERICAN.search(text) for text in texts)
    elsewhere = currency not in (None, "USD") or any(
        _BRITISH.search(text) or _ELSEWHERE.search(text) for text in texts
    )
    if american:
        # An account or a customer may be elsewhere; who writes so is not.
        return DayOrder(False, not any(map(_BRITISH.search, texts)))
    return DayOrder(elsewhere or currency != "USD", elsewhere)
