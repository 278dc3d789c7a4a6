r"""Discounts for early payment: those the invoice offers, and those agreed.

>>> offered_in("#SKONTO#TAGE=14#PROZENT=2.00#\n30 days net")
(Offer(days=14, percent=200000000, base=None),)
>>> offered_in("2 % within 14 days")
()
"""

from collections.abc import Iterator
from datetime import date, timedelta
from re import ASCII
from re import compile as pattern

from msgspec import Struct

from operators.invoice import Invoice
from operators.money import Amount, bounded, parse, percent, render, rounded
from operators.reference import CashDiscount, ReferenceAgreement
from operators.result import Saving, Violation

_SKONTO = pattern(
    r"#SKONTO#TAGE=([0-9]{1,4})#PROZENT=([0-9]{1,3}\.[0-9]{2})"
    r"(?:#BASISBETRAG=(-?[0-9]{1,18}\.[0-9]{2}))?#",
    ASCII,
)
_LONGEST = 20_000
"""Characters of payment terms that are read."""


class Offer(Struct, frozen=True, gc=False):
    """A discount for early payment that the invoice offers."""

    days: int
    """Days after the issue date."""
    percent: Amount
    base: Amount | None
    """Amount it is granted on; None: what is due."""


def offered_in(terms: str | None) -> tuple[Offer, ...]:
    """The discounts in payment terms (BT-20) as XRechnung writes them, one a line.

    Other text is not read: what it means would be a guess.
    """
    if not terms or "#SKONTO#" not in terms:
        return ()
    lines = (_SKONTO.fullmatch(line.strip()) for line in terms[:_LONGEST].splitlines())
    return tuple(
        Offer(int(found[1]), parse(found[2]), parse(found[3]) if found[3] else None)
        for found in lines
        if found is not None
    )


def early_payment(
    invoice: Invoice, agreement: ReferenceAgreement | None, today: date
) -> tuple[list[Violation], list[Saving]]:
    """What paying early saves from today on, and where terms are worse than those agreed."""
    issued, due = invoice.issue_date, invoice.totals.payable
    offers = offered_in(invoice.payment_terms)
    if issued is None or (not offers and agreement is None):
        return [], []
    found: list[Violation] = []
    amount = due or 0
    saved = [
        each
        for offer in offers
        if (each := _saving(issued, offer.days, offer.percent, offer.base or amount, "offered"))
    ]
    if agreement is not None:
        for agreed in agreement.cash_discounts:
            if any(each.days >= agreed.days and each.percent >= agreed.percent for each in offers):
                continue
            mine = _saving(issued, agreed.days, agreed.percent, amount, agreement.agreement_id)
            saved += [mine] if mine is not None else []
            found.append(_worse(agreed, invoice, offers, agreement))
        found += _due(invoice, issued, agreement)
    saved = [each for each in saved if each.until is not None and each.until >= today]
    if saved:
        best = max(saved, key=lambda each: each.amount)
        text = f"{render(best.amount)} less: {best.reason}"
        found.append(Violation("MF-PRICE-EARLY", text, "INFO", "payment_terms"))
    return found, saved


def _worse(
    agreed: CashDiscount, invoice: Invoice, offers: tuple[Offer, ...], agreement: ReferenceAgreement
) -> Violation:
    terms = f"{render(agreed.percent, 0)} % within {agreed.days} days"
    where = agreement.agreement_id
    if not offers and (invoice.payment_terms or "").strip():
        text = f"{terms} is agreed in {where}; the invoice's terms are free text and were not read"
        return Violation("MF-PRICE-TERMS-TEXT", text, "INFO", "payment_terms")
    said = ", ".join(f"{render(each.percent, 0)} % within {each.days} days" for each in offers[:5])
    text = f"{terms} is agreed in {where}, the invoice offers {said or 'none'}"
    return Violation("MF-PRICE-TERMS", text, "WARNING", "payment_terms")


def _due(invoice: Invoice, issued: date, agreement: ReferenceAgreement) -> Iterator[Violation]:
    if invoice.due_date is None or agreement.payment_days is None:
        return
    agreed = _later(issued, agreement.payment_days)
    if agreed is not None and invoice.due_date < agreed:
        text = (
            f"due on {invoice.due_date}, by {agreement.agreement_id} on {agreed}: "
            f"{agreement.payment_days} days after {issued}"
        )
        yield Violation("MF-PRICE-DUE", text, "WARNING", "due_date")


def _saving(issued: date, days: int, rate: Amount, amount: Amount, whence: str) -> Saving | None:
    until = _later(issued, days)
    saves = bounded(rounded(percent(amount, rate)))
    if until is None or saves <= 0:
        return None
    reason = f"{render(rate, 0)} % of {render(amount)} when paid by {until} ({whence})"
    return Saving(kind="EARLY_PAYMENT", amount=saves, reason=reason, until=until)


def _later(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None
