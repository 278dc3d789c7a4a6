"""Codes, identifiers and dates."""

import re
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal

from schwifty import IBAN

from operators.codes import COUNTRIES, CREDIT_NOTES, DOCUMENT_TYPES, INVOICES
from operators.codes.reasons import EXEMPTIONS
from operators.invoice import Invoice, Line, Payment, VatSubtotal
from operators.validation.rule import Case, Check, blank, masked, reach
from operators.vat import check_digits_agree

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)

SEPA = frozenset(
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK "
    "MT NL NO PL PT RO RS SE SI SK SM VA".split()
)
"""Countries of the Single Euro Payments Area, where an account is named by its IBAN."""

_PREFIX = 2
_SEPA_PAYMENTS = frozenset({"58", "59"})


def one_of(field: str, codes: frozenset[str], called: str) -> Check[Any]:
    """Allows the codes of a list in a field, given by its path; a missing one is another rule's."""
    value_of = reach(field)

    def check(subject: Any, case: Case) -> str | None:
        code = value_of(subject)
        if code is None or code in codes:
            return None
        return f"{called} {code if len(code) <= 5 else masked(code)} is not a known code"

    return check


def type_known(invoice: Invoice, case: Case) -> str | None:
    """Allows the document types of the list; UBL has a kind of document for each half of it."""
    code = invoice.type_code
    if code is None or code in _TYPES.get(invoice.syntax, DOCUMENT_TYPES):
        return None
    return f"the document type {code if len(code) <= 5 else masked(code)} is not a known code"


_TYPES: dict[str | None, frozenset[str]] = {
    "UBL Invoice": INVOICES,
    "UBL CreditNote": CREDIT_NOTES,
}


def exemption_known(subtotal: VatSubtotal, case: Case) -> str | None:
    """Allows the codes of the VATEX list, in capitals or not."""
    code = subtotal.exemption_code
    if code is None or code.upper() in EXEMPTIONS:
        return None
    return f"the exemption code {masked(code)} is not a known code"


def representative_vat_id_prefixed(invoice: Invoice, case: Case) -> str | None:
    """The tax representative's VAT identifier begins with its country's code as well."""
    agent = invoice.tax_representative
    if agent is None or agent.vat_id is None or _prefixed(agent.vat_id, invoice):
        return None
    return (
        f"the tax representative's VAT id {masked(agent.vat_id)} does not begin with a country code"
    )


def _prefixed(vat_id: str, invoice: Invoice) -> bool:
    if invoice.syntax != "CII" and len(vat_id) < _PREFIX:
        return not vat_id or any(vat_id in country for country in COUNTRIES)
    return vat_id[:_PREFIX] in COUNTRIES or vat_id[:_PREFIX] == "EL"


def vat_id_prefixed(party: Literal["seller", "buyer"]) -> Check[Invoice]:
    """A VAT identifier begins with its country's code, Greece's with EL or GR."""
    vat_id_of = attrgetter(f"{party}.vat_id")

    def check(invoice: Invoice, case: Case) -> str | None:
        vat_id = vat_id_of(invoice)
        if vat_id is None or _prefixed(vat_id, invoice):
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


def iban_correct(party: Literal["seller", "buyer"]) -> Check[Payment]:
    """An IBAN has the form and check digits of its country.

    An account that does not look like one is taken for an IBAN when the payment is SEPA's
    or the party is in a SEPA country.
    """
    address_of = attrgetter(f"{party}.address")

    def check(payment: Payment, case: Case) -> str | None:
        if party == "seller":
            account = payment.account.id if payment.account is not None else None
        else:
            account = payment.debited_account
        if account is None or blank(account):
            return None
        correct = _iban_correct(account)
        if correct is None:
            address = address_of(case.invoice)
            expected = payment.means in _SEPA_PAYMENTS or (
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


def period_in_order(subject: Invoice | Line, case: Case) -> str | None:
    """The invoicing period does not end before it starts."""
    period = subject.period
    if period is None or period.start is None or period.end is None:
        return None
    if period.end >= period.start:
        return None
    return f"the invoicing period ends on {period.end}, before it starts on {period.start}"


def tax_currency_differs(invoice: Invoice, case: Case) -> str | None:
    """An accounting currency is given only when it is not the invoice's."""
    if blank(invoice.tax_currency) or invoice.tax_currency != invoice.currency:
        return None
    return "the VAT accounting currency is the invoice's own currency"
