"""Electronic invoices of any syntax we read, as `operators.invoice.Invoice`."""

from connectors.einvoice.detect import is_invoice, read, read_uploads
from connectors.einvoice.plain import to_json
from connectors.einvoice.reading import Reading, Reason, Syntax, Unreadable, Upload

__all__ = [
    "Reading",
    "Reason",
    "Syntax",
    "Unreadable",
    "Upload",
    "is_invoice",
    "read",
    "read_uploads",
    "to_json",
]
