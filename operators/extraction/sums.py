"""The three sums of a document, what they are held against, and how much speaks for them."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.candidate import Candidate
from operators.extraction.vat_rows import RATES, rate_between
from operators.money import CENT, Amount

Read = Candidate[Amount]
"""An amount that stands on a page, or follows from others that do."""

_BY_RATE = 0.8
"""How much it says that sums fit a rate that stands on the pages."""
_CLEARLY = 5.0
"""How far ahead of all others a choice is clear."""


class Known(Struct, frozen=True):
    """What else is known of the sums."""

    lines: Amount | None = None
    """Sum of the amounts of the lines, if there are any."""
    taxable: Amount | None = None
    """Sum of the taxable amounts of the breakdown."""
    tax: Amount | None = None
    """Sum of its taxes."""
    implied: tuple[Amount, Amount] | None = None
    """What taxes without a base are on by their rates, and how far that may be off."""
    rates: tuple[Amount, ...] = ()
    """Rates of it, or that stand somewhere in the document."""
    adjustments: tuple[Amount, ...] = ()
    """What may lie between the lines and the net amount: charges, and allowances below zero."""
    paid: tuple[Amount, ...] = ()
    """Amounts that a till calls the total, and that were paid to it."""


class Sums(Struct, frozen=True):
    """The three sums chosen."""

    net: Read | None = None
    """Total without tax."""
    tax: Read | None = None
    """Total tax."""
    gross: Read | None = None
    """Total with tax."""


def ahead(chosen: Sums, worth: float, options: Sequence[tuple[float, Sums]]) -> Sums:
    """The sums, each told how far it is ahead of the best other value in its place."""

    def told(role: str) -> Read | None:
        own: Read | None = getattr(chosen, role)
        if own is None:
            return None
        others = (
            score
            for score, sums in options
            if (other := getattr(sums, role)) is not None and other.value != own.value
        )
        ahead = (worth - max(others, default=worth - _CLEARLY)) / _CLEARLY
        alone = max(0.0, min(1.0, ahead))
        return replace(own, evidence=replace(own.evidence, alone=alone))

    return Sums(told("net"), told("tax"), told("gross"))


def with_evidence(sums: Sums, known: Known) -> Sums:
    """The same, told in the evidence whether they add up."""
    net, tax, gross = sums.net, sums.tax, sums.gross
    if net is None or tax is None or gross is None:
        single = net or gross
        agrees = single is not None and known.lines is not None and single.value == known.lines
        lines = 1.0 if agrees else -1.0 if known.lines else 0.0
        return Sums(*(_told(each, 0.0, lines) for each in (net, tax, gross)))
    # What comes to a sum over rows of a breakdown stands there, too.
    shown = all(not each.evidence.computed or each.evidence.near for each in (net, tax, gross))
    whole = known.taxable == net.value and known.tax == tax.value
    fits = whole or (
        bool(tax.value) and rate_between(net.value, tax.value, known.rates or RATES) is not None
    )
    if known.implied is not None and tax.value == known.tax:
        taxable, slack = known.implied
        fits = fits or abs(taxable - net.value) <= slack
    holds = 0.6 * shown + 0.4 * fits
    stands = not tax.evidence.computed or tax.evidence.near
    if fits and tax.value and known.rates and stands:
        holds = max(holds, _BY_RATE)  # a total, a tax and a rate that stand there agree to the cent
    lines = _lines_say(net.value, gross.value, known)
    return Sums(*(_told(each, holds, lines) for each in (net, tax, gross)))


def _lines_say(net: Amount, gross: Amount, known: Known) -> float:
    """Whether the lines come to the sums (1), or to something else (-1)."""
    if not known.lines:
        return 0.0
    sums = {known.lines, *(known.lines + each for each in known.adjustments)}
    return 1.0 if any(abs(each - sum_) <= CENT for each in sums for sum_ in (net, gross)) else -1.0


def _told(read: Read | None, holds: float, lines: float) -> Read | None:
    if read is None:
        return None
    return replace(read, evidence=replace(read.evidence, sums=holds, lines=lines))
