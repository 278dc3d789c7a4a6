"""An approved invoice as an ERP system would post it."""

from operators.enrichment.coding import coding_key
from operators.enrichment.enrich import Done, enrich, is_new
from operators.enrichment.record import InvoiceEnriched

__all__ = ["Done", "InvoiceEnriched", "coding_key", "enrich", "is_new"]
