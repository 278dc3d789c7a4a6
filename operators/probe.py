"""The synthetic invoice that tells whether the whole way works: sent, judged, decided.

It is marked by its vendor, and made so that it is always rejected: 100.00 and 19 % VAT do not make
120.00. So nothing can be paid, posted or reserved for it, whatever is done with decisions.

>>> sent = synthetic("probe-1", 1_772_442_900_000)
>>> sent.vendor_id == VENDOR, sent.invoice.totals.gross - sent.invoice.totals.net
(True, 2000000000)
"""

from datetime import UTC, datetime
from typing import Literal, TypeAlias

from operators.decision import InvoiceDecision
from operators.invoice import Address, Invoice, Line, Party, Totals, VatSubtotal
from operators.money import ONE
from operators.time import Instant
from operators.upload import InvoiceUploaded, Metadata

VENDOR = "manifold-probe"
"""Vendor of synthetic invoices, of which nobody is told, and which no statistics count."""
RULE = "BR-CO-15"
"""The rule of EN 16931 that it breaks: the total with VAT is that without, and the VAT."""

Outcome: TypeAlias = Literal["correct", "wrong"]

_NET, _TAX, _GROSS, _RATE = 100 * ONE, 19 * ONE, 120 * ONE, 19 * ONE


def synthetic(request_id: str, at: Instant) -> InvoiceUploaded:
    """A synthetic invoice that is uploaded at an instant."""
    return InvoiceUploaded(
        request_id=request_id,
        invoice_id=request_id,
        vendor_id=VENDOR,
        origin="API",
        uploaded_at=at,
        invoice=Invoice(
            number=request_id,
            issue_date=datetime.fromtimestamp(at / 1_000, UTC).date(),
            type_code="380",
            currency="EUR",
            seller=Party(name="Manifold probe", address=Address(country="DE")),
            buyer=Party(name="Manifold probe", address=Address(country="DE")),
            lines=(
                Line(
                    id="1",
                    name="Nothing",
                    quantity=ONE,
                    unit="C62",
                    price=_NET,
                    net=_NET,
                    vat_category="S",
                    vat_rate=_RATE,
                ),
            ),
            vat_breakdown=(VatSubtotal(category="S", rate=_RATE, taxable=_NET, tax=_TAX),),
            totals=Totals(lines_net=_NET, net=_NET, tax=_TAX, gross=_GROSS, payable=_GROSS),
        ),
        metadata=Metadata(),
    )


def verdict(decision: InvoiceDecision) -> Outcome:
    """Whether a synthetic invoice was decided as it must be: by all branches, and rejected."""
    broken = {found.rule_id for each in decision.branches for found in each.violations}
    if decision.complete and decision.status == "REJECTED" and RULE in broken:
        return "correct"
    return "wrong"
