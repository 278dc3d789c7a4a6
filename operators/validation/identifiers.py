"""Codes, identifiers and dates."""

import re
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal

from schwifty import IBAN

from operators.codes import COUNTRIES
from operators.invoice import Invoice
from operators.validation.rule import Case, Check, blank, masked
from operators.vat import check_digits_agree

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)

SEPA = frozenset(
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK "
    "MT NL NO PL PT RO RS SE SI SK SM VA".split()
)
"""Countries of the Single Euro Payments Area, where an account is named by its IBAN."""

_SEPA_PAYMENTS = frozenset({"58", "59"})


def one_of(field: str, codes: frozenset[str], called: str) -> Check[Any]:
    """Allows the codes of a list; a missing code is another rule's."""
    value_of = attrgetter(field)

    def check(subject: Any, case: Case) -> str | None:
        code = value_of(subject)
        if code is None or code in codes or blank(code):
            return None
        return f"{called} {code if len(code) <= 5 else masked(code)} is not a known code"

    return check


def country_known(party: Literal["seller", "buyer"]) -> Check[Invoice]:
    """Allows the ISO codes of countries."""
    address_of = attrgetter(f"{party}.address")
    known = one_of("country", COUNTRIES, f"the {party}'s country")

    def check(invoice: Invoice, case: Case) -> str | None:
        address = address_of(invoice)
        return known(address, case) if address is not None else None

    return check


def vat_id_prefixed(party: Literal["seller", "buyer"]) -> Check[Invoice]:
    """A VAT identifier begins with its country's code, Greece's with EL or GR."""
    vat_id_of = attrgetter(f"{party}.vat_id")

    def check(invoice: Invoice, case: Case) -> str | None:
        vat_id = vat_id_of(invoice)
        if blank(vat_id) or vat_id[:2] in COUNTRIES or vat_id[:2] == "EL":
            return None
        return f"the {party}'s VAT id {masked(vat_id)} does not begin with a country code"

    return check


def vat_id_correct(party: Literal["seller", "buyer"]) -> Check[Invoice]:
    """A VAT identifier has the form and check digits of its country."""
    vat_id_of = attrgetter(f"{party}.vat_id")

    def check(invoice: Invoice, case: Case) -> str | None:
        vat_id = vat_id_of(invoice)
        if blank(vat_id) or check_digits_agree(vat_id) is not False:
            return None
        return f"the {party}'s VAT id {masked(vat_id)} has wrong check digits or a wrong form"

    return check


def iban_correct(party: Literal["seller", "buyer"]) -> Check[Invoice]:
    """An IBAN has the form and check digits of its country.

    An account that does not look like one is taken for an IBAN when the payment is SEPA's
    or the party is in a SEPA country.
    """
    iban_of = attrgetter(f"{party}.iban")
    address_of = attrgetter(f"{party}.address")

    def check(invoice: Invoice, case: Case) -> str | None:
        account = iban_of(invoice)
        if blank(account):
            return None
        correct = _iban_correct(account)
        if correct is None:
            address = address_of(invoice)
            expected = invoice.payment_means in _SEPA_PAYMENTS or (
                address is not None and address.country in SEPA
            )
            return f"the {party}'s account {masked(account)} is not an IBAN" if expected else None
        return None if correct else f"the {party}'s IBAN {masked(account)} has wrong check digits"

    return check


@lru_cache(maxsize=4096)
def _iban_correct(account: str) -> bool | None:
    compact = "".join(account.split()).upper()
    if _IBAN.fullmatch(compact) is None:
        return None
    return bool(IBAN(compact, allow_invalid=True).is_valid)


def issued_by_now(invoice: Invoice, case: Case) -> str | None:
    """The issue date lies no further ahead than the policy allows."""
    if invoice.issue_date is None:
        return None
    ahead = (invoice.issue_date - case.today).days
    if ahead <= max(case.policy.future_days, 0):
        return None
    return f"the issue date {invoice.issue_date} is {ahead} days ahead of {case.today}"


def issued_lately(invoice: Invoice, case: Case) -> str | None:
    """The issue date is no older than the policy allows."""
    if invoice.issue_date is None:
        return None
    age = (case.today - invoice.issue_date).days
    limit = case.policy.maximum_age_days
    if age <= limit:
        return None
    return f"the issue date {invoice.issue_date} is {age} days ago, the limit is {limit} days"


def due_after_issue(invoice: Invoice, case: Case) -> str | None:
    """Payment is not due before the invoice was issued."""
    due, issued = invoice.due_date, invoice.issue_date
    if due is None or issued is None or due >= issued:
        return None
    return f"payment is due on {due}, before the issue date {issued}"


def period_in_order(invoice: Invoice, case: Case) -> str | None:
    """The invoicing period does not end before it starts."""
    start, end = invoice.period_start, invoice.period_end
    if start is None or end is None or end >= start:
        return None
    return f"the invoicing period ends on {end}, before it starts on {start}"


def tax_currency_differs(invoice: Invoice, case: Case) -> str | None:
    """An accounting currency is given only when it is not the invoice's."""
    if blank(invoice.tax_currency) or invoice.tax_currency != invoice.currency:
        return None
    return "the VAT accounting currency is the invoice's own currency"
