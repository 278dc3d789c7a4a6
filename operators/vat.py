"""VAT identifiers, and the rates in force where and when an invoice is taxed."""

import re
from datetime import date
from functools import lru_cache

import stdnum.ch.vat
import stdnum.eu.vat
import stdnum.gb.vat
import stdnum.no.mva
from stdnum.exceptions import ValidationError

from operators.invoice import Invoice
from operators.money import Amount
from operators.reference import ReferenceTaxRate
from operators.table import Lookup

_PLAIN = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,18}", re.ASCII)
_SEPARATORS = str.maketrans("", "", " .-/")


@lru_cache(maxsize=4096)
def check_digits_agree(vat_id: str) -> bool | None:
    """Whether a VAT identifier has the form and check digits its country gives out.

    None when the prefix is of a country whose identifiers are not known here: the European
    Union's members, Northern Ireland, Great Britain, Switzerland and Norway are.

    >>> check_digits_agree("DE 136695976"), check_digits_agree("DE136695978")
    (True, False)
    >>> check_digits_agree("BR12345678901234") is None
    True
    """
    compact = vat_id.upper().translate(_SEPARATORS)
    if _PLAIN.fullmatch(compact) is None:
        return False
    prefix = compact[:2]
    try:
        if prefix.lower() in _EUROPEAN_UNION:
            stdnum.eu.vat.validate(compact)
        elif prefix == "GB":
            stdnum.gb.vat.validate(compact)
        elif prefix == "CH":
            stdnum.ch.vat.validate(compact)
        elif prefix == "NO":
            stdnum.no.mva.validate(compact)
        else:
            return None
    except ValidationError:
        return False
    return True


_EUROPEAN_UNION = frozenset({*stdnum.eu.vat.MEMBER_STATES, "el", "xi"})
MEMBER_STATES = frozenset(each.upper() for each in _EUROPEAN_UNION) - {"EL"}
"""Countries of the European Union, and XI, Northern Ireland, which counts as one for goods."""


@lru_cache(maxsize=4096)
def vat_country(vat_id: str | None) -> str | None:
    """The country that a VAT identifier is of.

    >>> vat_country("EL123456783"), vat_country(None)
    ('GR', None)
    """
    prefix = (vat_id or "").strip()[:2].upper()
    return ("GR" if prefix == "EL" else prefix) or None


def taxing_country(invoice: Invoice, tax_rates: Lookup[ReferenceTaxRate]) -> str | None:
    """The country whose VAT the seller charges, as far as `tax_rates` knows it.

    That is the country of the VAT identifier used, since a seller may be registered abroad,
    else that of the seller's address.
    """
    seller = invoice.seller
    prefix = (seller.vat_id or "")[:2]
    address = seller.address.country if seller.address is not None else None
    for country in ("GR" if prefix == "EL" else prefix, address):
        if country and tax_rates.get(country) is not None:
            return country
    return None


def tax_point(invoice: Invoice) -> date | None:
    """The day whose rates hold (Article 63 of Directive 2006/112/EC, as far as it is told).

    The tax point (BT-7), else the delivery (BT-72), else the end of the invoicing period (BT-74),
    else the issue date.
    """
    ended = invoice.period.end if invoice.period is not None else None
    return invoice.tax_point_date or invoice.delivery_date or ended or invoice.issue_date


def rates_on(reference: ReferenceTaxRate, day: date) -> tuple[Amount, ...]:
    """The percentages in force in a country on a day."""
    return tuple(
        validity.rate
        for validity in reference.rates
        if (validity.valid_from is None or validity.valid_from <= day)
        and (validity.valid_to is None or day <= validity.valid_to)
    )


def rates_in_force(
    invoice: Invoice, tax_rates: Lookup[ReferenceTaxRate]
) -> tuple[Amount, ...] | None:
    """The percentages a standard rated sale may carry, None when country or day is unknown."""
    day = tax_point(invoice)
    country = taxing_country(invoice, tax_rates)
    reference = tax_rates.get(country) if country is not None else None
    return None if day is None or reference is None else rates_on(reference, day)
