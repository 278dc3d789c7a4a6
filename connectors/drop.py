"""Approved invoices as files in a folder or bucket: each there whole, or not at all."""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

import obstore
from obstore.exceptions import BaseError
from pydantic import SecretStr

from connectors.document_address import store_url
from connectors.guard import Guard
from connectors.object_store_options import opened
from connectors.receiver import Outcome
from connectors.ubl_writing import write
from operators import money
from operators.enrichment import InvoiceEnriched
from operators.enrichment.record import Posting

_LIMIT = 10.0
"""Seconds for one file."""
_UNFIT = re.compile(r"[^A-Za-z0-9._-]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula; OWASP, CSV Injection."""

File: TypeAlias = tuple[str, bytes]
"""Its name and what is in it."""

COLUMNS = (
    *("request_id", "attempt", "invoice_id", "number", "type_code", "issue_date", "vendor_id"),
    *("vendor_name", "currency", "purchase_order", "due_date", "account", "kind", "side"),
    *("amount", "line", "gl_account", "cost_center", "tax_code"),
)


class Drop:
    """Where the files are put."""

    def __init__(
        self,
        part: str,
        url: str,
        options: Mapping[str, SecretStr],
        made: Callable[[str, Sequence[InvoiceEnriched]], File],
    ) -> None:
        """Open it, which makes the folder if it is one. Raises InvalidSettings."""
        self._store = opened(store_url(url), options, _LIMIT)
        self._made = made
        self.guard = Guard(part)
        self.longest = round(2 * _LIMIT * 1_000)

    def deliver(self, delivery_id: str, records: Sequence[InvoiceEnriched]) -> Outcome:
        """Put one file; written again, it has the same name and the same bytes."""
        name, content = self._made(delivery_id, records)
        try:
            # A folder gets it under another name first, a bucket only ever has it whole.
            obstore.put(self._store, name, content, use_multipart=False)
        except (BaseError, OSError) as error:
            return Outcome("AWAY", f"the file could not be written ({type(error).__name__})")
        return Outcome("DELIVERED", name)

    def close(self) -> None:
        """Nothing is kept open."""


def postings_file(delivery_id: str, records: Sequence[InvoiceEnriched]) -> File:
    """A file of postings, a row each: CSV after RFC 4180, in UTF-8."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for invoice in records:
        for posting in invoice.postings:
            rows.writerow(map(_cell, _row(invoice, posting)))
    first = datetime.fromtimestamp(records[0].settled_at / 1_000, UTC)
    return f"postings-{first:%Y%m%dT%H%M%SZ}-{delivery_id[:16]}.csv", out.getvalue().encode()


def ubl_file(delivery_id: str, records: Sequence[InvoiceEnriched]) -> File:
    """An invoice or credit note in UBL 2.1."""
    (invoice,) = records
    return f"{_fit(invoice.request_id)}-{invoice.attempt}.xml", write(invoice)


def _row(invoice: InvoiceEnriched, posting: Posting) -> Sequence[object]:
    payment = invoice.payment
    return (
        invoice.request_id,
        invoice.attempt,
        invoice.invoice_id,
        invoice.number,
        invoice.type_code,
        invoice.issue_date,
        invoice.vendor_id,
        invoice.vendor.name if invoice.vendor else None,
        invoice.currency,
        invoice.purchase_order,
        payment.due_date,
        payment.account,
        posting.kind,
        posting.side,
        money.render(posting.amount),
        posting.line,
        posting.gl_account,
        posting.cost_center,
        posting.tax_code,
    )


def _cell(value: object) -> str:
    """What stands in a cell; no text of others becomes a formula.

    >>> _cell("=HYPERLINK(A1)"), _cell(None), _cell("R-1")
    ("'=HYPERLINK(A1)", '', 'R-1')
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _fit(name: str) -> str:
    """A name that is one file's, whatever the producer has called the request.

    >>> _fit("018f-ab"), _fit("../etc")
    ('018f-ab', '_etc-f7f9121f')
    """
    fit = _UNFIT.sub("_", name)[:100].lstrip(".") or "_"
    if fit == name:
        return fit
    return f"{fit}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
