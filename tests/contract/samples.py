"""Records the contract tests share."""

from datetime import date

from operators.invoice import Account, Address, Invoice, Line, Party, Payment, Totals, VatSubtotal
from operators.money import parse
from operators.upload import InvoiceUploaded, Metadata


def upload(lines: int = 3) -> InvoiceUploaded:
    """An upload with an invoice of as many lines."""
    address = Address("Musterweg 1", "Berlin", "10115", "DE")
    party = Party(name="Example GmbH", vat_id="DE123456788", address=address)
    return InvoiceUploaded(
        request_id="018f3b5e-7b1c-7c3e-9a55-0123456789ab",
        invoice_id="R-2026-0117",
        vendor_id="V-1",
        origin="API",
        uploaded_at=1_772_442_900_123,
        invoice=Invoice(
            number="R-2026-0117",
            issue_date=date(2026, 2, 27),
            type_code="380",
            currency="EUR",
            purchase_order="PO-1",
            payments=(Payment("58", Account("DE89370400440532013000")),),
            seller=party,
            buyer=party,
            lines=tuple(
                Line(
                    id=str(number),
                    name="Bolt M8",
                    quantity=parse("3"),
                    unit="C62",
                    price=parse("19.90"),
                    net=parse("59.70"),
                    vat_category="S",
                    vat_rate=parse("19"),
                )
                for number in range(1, lines + 1)
            ),
            vat_breakdown=(VatSubtotal(category="S", rate=parse("19"), tax=parse("-34.03")),),
            totals=Totals(net=parse("179.10"), tax=parse("34.03"), gross=parse("213.13")),
        ),
        metadata=Metadata(amount=parse("213.13"), currency="EUR", invoice_date=date(2026, 2, 27)),
    )
