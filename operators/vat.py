"""VAT identifiers, and the rates in force where and when an invoice is taxed."""

import re
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


def rates_in_force(
    invoice: Invoice, tax_rates: Lookup[ReferenceTaxRate]
) -> tuple[Amount, ...] | None:
    """The percentages a standard rated sale may carry, None when country or day is unknown.

    The day is the tax point (BT-7), else the delivery (BT-72), else the end of the invoicing
    period (BT-74), else the issue date.
    """
    ended = invoice.period.end if invoice.period is not None else None
    day = invoice.tax_point_date or invoice.delivery_date or ended or invoice.issue_date
    country = taxing_country(invoice, tax_rates)
    reference = tax_rates.get(country) if country is not None else None
    if day is None or reference is None:
        return None
    return tuple(
        validity.rate
        for validity in reference.rates
        if (validity.valid_from is None or validity.valid_from <= day)
        and (validity.valid_to is None or day <= validity.valid_to)
    )
