"""What an invoice or a document becomes on its way in: the invoice says what nobody else did."""

from collections.abc import Callable

from msgspec import Struct

from connectors.einvoice.reading import Upload
from operators.invoice import Invoice
from operators.time import Instant
from operators.upload import Document, InvoiceUploaded, Metadata, Origin
from operators.vendor_id import implied_by


class Given(Struct, frozen=True):
    """What is said beside an invoice; it goes before what the invoice says of itself."""

    vendor_id: str | None = None
    request_id: str | None = None
    attempt: int | None = None
    origin: Origin | None = None
    invoice_id: str | None = None
    tenant: str | None = None


class NoVendor(Exception):
    """The invoice names no seller, and nobody has said whose it is."""


def of_invoice(
    upload: Upload, given: Given, name: str, at: Instant, new_id: Callable[[], str]
) -> InvoiceUploaded:
    """The upload of an invoice that has been read.

    `name` is what an invoice without a number is called, `new_id` gives a request id where nobody
    has named one. Raises NoVendor.
    """
    invoice = upload.invoice
    vendor_id = given.vendor_id or upload.vendor_id or implied_by(invoice.seller)
    if vendor_id is None:
        raise NoVendor("The invoice names no seller.")
    return InvoiceUploaded(
        request_id=given.request_id or upload.request_id or new_id(),
        attempt=given.attempt or upload.attempt,
        invoice_id=given.invoice_id or upload.invoice_id or invoice.number or name,
        vendor_id=vendor_id,
        origin=given.origin or upload.origin or "API",
        uploaded_at=at,
        invoice=invoice,
        metadata=upload.metadata or _metadata(invoice),
        tenant=given.tenant,
    )


def of_document(
    document: Document, given: Given, name: str, at: Instant, new_id: Callable[[], str]
) -> InvoiceUploaded:
    """The upload that points at a document; whose it is, is read in it unless it is given."""
    return InvoiceUploaded(
        request_id=given.request_id or new_id(),
        attempt=given.attempt or 1,
        invoice_id=given.invoice_id or name,
        vendor_id=given.vendor_id,
        origin=given.origin or "SCAN",
        uploaded_at=at,
        document=document,
        metadata=Metadata(),
        tenant=given.tenant,
    )


def _metadata(invoice: Invoice) -> Metadata:
    return Metadata(invoice.totals.payable, invoice.currency, invoice.issue_date)
