"""The breakdown of VAT: rows in which an amount, a rate and the tax on it stand together."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.document import Document, Figure
from operators.extraction.links import by_row
from operators.money import CENT, HUNDRED, ONE, Amount, divided, percent, rounded

RATES = frozenset(
    ONE * tenths // 10
    for tenths in (
        0, 21, 25, 26, 30, 37, 38, 40, 48, 50, 55, 60, 65, 70, 77, 80, 81, 85, 90, 95, 100, 105,
        110, 120,
        130, 135, 140, 150, 160, 170, 180, 190, 200, 210, 220, 230, 240, 250, 255, 260, 270, 280,
    )
)  # fmt: skip
"""Rates in percent that are or were in force somewhere: what a number without a percent sign
must be to be taken for one."""


_LEAST_MISREAD = 4 * ONE
"""Rate from which on a number with a digit more is believed to be it and a percent sign."""


class VatRow(Struct, frozen=True, gc=False):
    """A row of the breakdown."""

    rate: Amount
    """In percent."""
    taxable: Figure
    """Amount without tax."""
    tax: Figure
    """Tax on it."""
    gross: Figure | None
    """Both together, if that stands there too."""
    rated: Figure | None
    """Where the rate stands."""


def vat_rows(document: Document, lines: frozenset[int]) -> list[VatRow]:
    """The breakdown of VAT as it stands there, a rate once.

    Args:
        document: The document.
        lines: Numbers of the rows that are lines of the invoice, where the same may stand.
    """
    rates = by_row(_rates_in(document))
    found: dict[Amount, VatRow] = {}
    for number, figures in by_row(document.figures).items():
        if number in lines:
            continue
        exact = [each for each in figures if each.decimals == 2 and not each.percent]
        if len(exact) < 2:
            continue
        row = _of_row(exact, rates.get(number, []))
        if row is not None and row.rate not in found:
            found[row.rate] = row
    return list(found.values())


def taxes_alone(document: Document, lines: frozenset[int]) -> list[tuple[Figure, Figure]]:
    """Rates and taxes that stand in rows of their own, without the amounts they are on.

    None where there is only one: that is the total.
    """
    named = {label.row for label in document.labels if label.means("tax")} - lines
    figures = by_row(each for each in document.figures if each.row in named)
    found: dict[Amount, tuple[Figure, Figure]] = {}
    for own in figures.values():
        rates = [each for each in own if each.percent]
        if not rates and document.mend:  # a percent sign is easily read as a digit
            rates = [rate for each in own if (rate := without_percent(each)) is not None][:1]
        exact = [each for each in own if each.decimals == 2 and not each.percent]
        if len(rates) == 1 and len(exact) == 1 and 0 < rates[0].amount < HUNDRED // 3:
            found.setdefault(rates[0].amount, (rates[0], exact[0]))
    return list(found.values()) if len(found) > 1 else []


def _rates_in(document: Document) -> Iterator[Figure]:
    """The numbers that may be rates, and those without the digit that is a percent sign."""
    for figure in document.figures:
        if figure.percent or (not figure.money and figure.amount in RATES):
            yield figure
        elif document.mend and (rate := without_percent(figure)) is not None:
            yield rate


def without_percent(figure: Figure) -> Figure | None:
    """A number that is a rate in force, or one with its percent sign read as a last digit.

    An engine takes `21%` for 219 and `7%` for 76; the sums have to bear it out.
    """
    if figure.money or figure.decimals >= 2:
        return None
    if figure.amount in RATES:
        return figure
    rate = figure.amount // (10 * ONE) * ONE
    if figure.decimals or rate not in RATES or rate < _LEAST_MISREAD:
        return None
    return replace(figure, amount=rate, percent=True)


def implied_taxable(alone: Iterable[tuple[Figure, Figure]]) -> tuple[Amount, Amount]:
    """What taxes that stand alone are on, by their rates, and how far that may be off.

    A tax is rounded to the cent, so what it is on is known to half a cent by its rate.
    """
    taxable = slack = 0
    for rated, tax in alone:
        taxable += divided(tax.amount * HUNDRED, rated.amount)
        slack += divided(CENT * HUNDRED, 2 * rated.amount) + CENT
    return taxable, slack


def _of_row(exact: Sequence[Figure], rates: Sequence[Figure]) -> VatRow | None:
    for rated in sorted(rates, key=lambda each: not each.percent):
        amounts = [each for each in exact if each is not rated]
        for taxable in amounts:
            for tax in amounts:
                if tax is taxable or not _is_tax(tax.amount, taxable.amount, rated.amount):
                    continue
                if not tax.amount and rated.amount:
                    continue
                gross = next(
                    (each for each in amounts if each.amount == taxable.amount + tax.amount), None
                )
                if rated.percent or gross is not None or tax.amount:
                    return VatRow(
                        rated.amount, taxable, tax, None if gross is taxable else gross, rated
                    )
    return _without_rate(exact)


def _without_rate(exact: Sequence[Figure]) -> VatRow | None:
    """A row of net, tax and gross whose rate is not written in it but is one in force."""
    if len(exact) < 3:
        return None
    for gross in exact:
        for taxable in exact:
            tax = next(
                (each for each in exact if each.amount == gross.amount - taxable.amount), None
            )
            if tax is None or not tax.amount or tax is taxable or taxable is gross:
                continue
            rate = next(
                (each for each in RATES if each and _is_tax(tax.amount, taxable.amount, each)), None
            )
            if rate is not None and abs(tax.amount) < abs(taxable.amount):
                return VatRow(rate, taxable, tax, gross, None)
    return None


def _is_tax(tax: Amount, taxable: Amount, rate: Amount) -> bool:
    return 0 <= rate < HUNDRED and abs(percent(taxable, rate) - tax) <= CENT


def rate_between(net: Amount, tax: Amount, rates: Iterable[Amount] = RATES) -> Amount | None:
    """The rate that a tax on a net amount is of, to the cent; None when it is of none alone."""
    fits = (rate for rate in sorted(rates) if rounded(percent(net, rate)) == tax)
    return next((rate for rate in fits if rate or not tax), None)
