"""Invoices in over HTTP: each is in, with all that belongs to it, or the answer says what to do."""

from web.ingest.area import Ingest
from web.ingest.limits import Limits

__all__ = ["Ingest", "Limits"]
