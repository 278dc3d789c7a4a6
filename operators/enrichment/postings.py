"""The entries an ERP system would make: debits and credits that come to the same, exactly.

An invoice debits its lines, charges and VAT and credits its allowances, what has been paid
already, and the vendor, with what is due. A credit note does it the other way round, and so does
a negative amount. What an invoice's own amounts leave over is an entry of its own, DIFFERENCE, for
a person: nothing is spread or rounded away.
"""

from collections.abc import Iterator, Sequence

from operators.codes import CREDIT_NOTES
from operators.enrichment.coding import Coder
from operators.enrichment.record import NO_CODING, Coding, EnrichedLine, Posting, PostingKind, Side
from operators.invoice import Invoice
from operators.money import Amount, bounded


def postings(invoice: Invoice, lines: Sequence[EnrichedLine], coder: Coder) -> tuple[Posting, ...]:
    """The entries of an invoice whose lines have been coded, the vendor's last."""
    entries = list(_entries(invoice, lines, coder))
    total = sum(amount for _, amount, _, _ in entries)
    due = _due(invoice)
    if due is None:
        due = total
    if total != due:
        entries.append(("DIFFERENCE", bounded(due - total), None, NO_CODING))
        due = total + bounded(due - total)
    entries.append(("VENDOR", -due, None, NO_CODING))
    credit = invoice.type_code in CREDIT_NOTES
    return tuple(
        _posting(kind, -amount if credit else amount, line, coding)
        for kind, amount, line, coding in entries
        if amount
    )


def _entries(
    invoice: Invoice, lines: Sequence[EnrichedLine], coder: Coder
) -> Iterator[tuple[PostingKind, Amount, str | None, Coding]]:
    """What is booked, as debits; all but the vendor's share."""
    for line in lines:
        yield "LINE", line.net or 0, line.line, line.coding
    for extra in invoice.allowances_charges:
        amount, coding = extra.amount or 0, coder.extra(extra)
        if extra.charge:
            yield "CHARGE", amount, None, coding
        else:
            yield "ALLOWANCE", -amount, None, coding
    for part in invoice.vat_breakdown:
        yield "TAX", part.tax or 0, None, coder.tax(part.category, part.rate)
    totals = invoice.totals
    if not invoice.vat_breakdown:
        yield "TAX", totals.tax or 0, None, NO_CODING
    yield "ROUNDING", totals.rounding or 0, None, NO_CODING
    yield "PREPAID", -(totals.prepaid or 0), None, NO_CODING


def _due(invoice: Invoice) -> Amount | None:
    totals = invoice.totals
    if totals.payable is not None:
        return totals.payable
    if totals.gross is None:
        return None
    return totals.gross - (totals.prepaid or 0) + (totals.rounding or 0)


def _posting(kind: PostingKind, amount: Amount, line: str | None, coding: Coding) -> Posting:
    side: Side = "DEBIT" if amount > 0 else "CREDIT"
    return Posting(
        kind=kind,
        side=side,
        amount=abs(amount),
        line=line,
        gl_account=coding.gl_account.value,
        cost_center=coding.cost_center.value,
        tax_code=coding.tax_code.value,
    )
