"""From pages of words to an invoice, with where each value stands and how sure it is.

>>> from operators.extraction.page import Box, Page, Word
>>> texts = ("Invoice no. A-17", "Date: 2026-03-01", "Total EUR 119.00")
>>> boxes = [Box(40, 20 * n, 40 + 6 * len(text), 20 * n + 10) for n, text in enumerate(texts)]
>>> words = tuple(map(Word, texts, boxes))
>>> understood = understand([Page(595, 842, words)], "TEXT_LAYER")
>>> understood.invoice.number, understood.invoice.totals.gross
('A-17', 11900000000)
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.breakdown import breakdown
from operators.extraction.candidate import Candidate, Evidence
from operators.extraction.counted import counted, included_rate
from operators.extraction.currency_read import currency
from operators.extraction.days import Days, days
from operators.extraction.document import Document, document_of
from operators.extraction.exemption import exempted
from operators.extraction.hints import Hints
from operators.extraction.identifiers import identifiers
from operators.extraction.kind import Kind, kind_of
from operators.extraction.legal_forms import ENDS
from operators.extraction.lines import lines
from operators.extraction.negative import without_signs
from operators.extraction.page import Page, Reader
from operators.extraction.parties import Sides, sides
from operators.extraction.parties_read import address, parties, payments
from operators.extraction.places import Place, places, same_name
from operators.extraction.reads import Reads
from operators.extraction.receipt import company
from operators.extraction.references import numbers, referred
from operators.extraction.terms import due_by_terms, terms
from operators.extraction.totals import totals
from operators.extraction.understood import Understood
from operators.invoice import PAGE, RECEIPT, Invoice, Period, PrecedingInvoice
from operators.money import Amount
from operators.reference import ReferenceVendor
from operators.table import Lookup

_SYNTAXES: Mapping[Kind, str] = {"INVOICE": PAGE, "CREDIT_NOTE": PAGE, "RECEIPT": RECEIPT}


class Examined(Struct, frozen=True):
    """What was understood, and why."""

    understood: Understood
    """The invoice."""
    evidence: Mapping[str, Evidence]
    """What speaks for each field, by its path: what the confidence is fitted on."""


_CLOSE = 2
"""Rows between number and date that stand together."""


def understand(
    pages: Sequence[Page],
    reader: Reader,
    *,
    vendors: Lookup[ReferenceVendor] | None = None,
    today: date | None = None,
    hints: Hints | None = None,
) -> Understood:
    """The invoice that the pages of a document show.

    Args:
        pages: The pages with their words.
        reader: What read them.
        vendors: Master data of vendors by VAT identifier, IBAN, and folded name
            (`operators.extraction.folded.key`).
        today: Issue dates far beyond it are not believed; None when it does not matter.
        hints: What is known of the documents of its vendor; None when nothing is.
    """
    return examined(pages, reader, vendors=vendors, today=today, hints=hints).understood


def examined(
    pages: Sequence[Page],
    reader: Reader,
    *,
    vendors: Lookup[ReferenceVendor] | None = None,
    today: date | None = None,
    hints: Hints | None = None,
) -> Examined:
    """The same with the evidence for each field; arguments as in `understand`."""
    document = document_of(pages, reader, hints)
    reads = Reads(document)
    found, sums = counted(document)
    rows = frozenset(row.row.number for item in found for row in item.rows)
    marks = identifiers(document)
    outer = document.outer()
    chosen = sides(outer, places(outer, rows), marks, () if hints is None else hints.sellers)
    kind = kind_of(
        document,
        asks=sums.sums.gross is not None,
        buyer=chosen.buyer is not None and chosen.buyer.address is not None,
        account=any(mark.kind == "iban" for mark in marks),
    )
    if kind == "INVOICE" and not document.kinds and _below_zero(sums.sums.gross):
        kind = "CREDIT_NOTE"
    if kind == "RECEIPT" or chosen.seller is None:
        chosen = _at_the_top(document, chosen, kind)
    seller, buyer = parties(document, chosen, marks, reads, vendors)
    dates = days(document, today)
    exempt = any(exempted(row.text) is not None for row in document.rows)
    total, adjustments = totals(sums, reads, exempt)
    said, written = _together(_first(numbers(document)), dates.issued)
    number, issued = reads.take("number", said), reads.take("issue_date", written)
    rates = sums.known.rates
    paid = payments(document, marks, reads)
    invoice = Invoice(
        syntax=_SYNTAXES.get(kind),
        number=number,
        issue_date=issued,
        type_code=_type_code(document, kind, reads),
        currency=currency(document, seller, paid, sums.sums.gross, reads),
        due_date=reads.take("due_date", dates.due or due_by_terms(document, issued)),
        delivery_date=reads.take("delivery_date", None if dates.start else dates.delivered),
        period=_period(dates, reads),
        buyer_reference=_reference(document, "buyer_reference", "buyer_reference", reads, rows),
        contract=_reference(document, "contract", "contract", reads, rows),
        purchase_order=_reference(document, "purchase_order", "order", reads, rows),
        despatch_advice=_reference(document, "despatch_advice", "despatch", reads, rows),
        preceding_invoices=_preceding(document, reads, rows) if kind == "CREDIT_NOTE" else (),
        payment_terms=reads.take("payment_terms", terms(document)),
        payments=paid,
        seller=seller,
        buyer=buyer,
        delivery_address=address(document, "delivery_address", chosen.delivery, None, reads),
        allowances_charges=adjustments,
        lines=lines(
            found,
            reads,
            rates,
            included_rate(found, sums),
            mend=document.mend,
            agrees=sums.sums.net.evidence.lines if sums.sums.net is not None else 0.0,
        ),
        vat_breakdown=breakdown(sums, reads, document),
        totals=total,
    )
    invoice = without_signs(invoice) if kind == "CREDIT_NOTE" else invoice
    understood = Understood(invoice, tuple(reads.fields), document.language, kind)
    return Examined(understood, reads.evidence)


def _at_the_top(document: Document, chosen: Sides, kind: Kind) -> Sides:
    """The company at the top is a receipt's seller, and any document's that names none else."""
    name, found = company(document)
    if name is None or name.row is None or name.box is None:
        return chosen
    if kind != "RECEIPT" and not ENDS.search(name.value):
        return chosen
    row = document.rows[name.row]
    cells = tuple(document.row_cells[row.number])
    place = Place(row.page, row.box, (row.number,), cells, found, name.value)
    place.seller, place.evidence = max(name.score, 1.0), name.evidence
    if kind == "RECEIPT":
        return Sides(place, None, None)
    same = chosen.buyer is not None and same_name(chosen.buyer.name, name.value)
    return chosen if same else replace(chosen, seller=place)


def _together(
    number: Candidate[str] | None, issued: Candidate[date] | None
) -> tuple[Candidate[str] | None, Candidate[date] | None]:
    """Number and issue date, each surer where they stand together or share the year."""
    if number is None or issued is None or number.row is None or issued.row is None:
        return number, issued
    shared = has_year(number.value, issued.value.year)
    close = abs(number.row - issued.row) <= _CLOSE
    return (
        replace(number, evidence=replace(number.evidence, check=(shared + close) / 2)),
        replace(issued, evidence=replace(issued.evidence, check=(shared + close) / 2)),
    )


def has_year(number: str, year: int) -> bool:
    """Whether a number has a year in it, of two digits only where they stand by themselves.

    >>> has_year("2026-0417", 2026), has_year("0498/26", 2026), has_year("0426981", 2026)
    (True, True, False)
    """
    short = f"{year % 100:02}"
    return str(year) in number or short in re.split(r"[^0-9]+", number)


def _type_code(document: Document, kind: Kind, reads: Reads) -> str | None:
    """The type of the document (BT-3), by what it calls itself."""
    if kind == "OTHER":
        return None
    code = "381" if kind == "CREDIT_NOTE" else "380"
    meant = "credit_note" if kind == "CREDIT_NOTE" else "invoice"
    titles = [label for label in document.kinds if label.means("credit_note", "invoice")]
    called = next((label for label in titles if label.means(meant)), None)
    alike = sum(label.means(meant) for label in titles) / max(len(titles), 1)
    evidence = Evidence(label=float(called is not None), near=1.0, alone=alike, form=1.0)
    if called is None:
        reads.note("type_code", evidence)
    else:
        text = document.rows[called.row].text[called.start : called.end]
        reads.note("type_code", evidence, called.row, called.box, text)
    return code


def _below_zero(gross: Candidate[Amount] | None) -> bool:
    return gross is not None and gross.value < 0


def _first(candidates: Sequence[Candidate[str]]) -> Candidate[str] | None:
    """The likeliest candidate, with how far it is ahead of the next."""
    if not candidates:
        return None
    best = candidates[0]
    ahead = best.score - candidates[1].score if len(candidates) > 1 else 3.0
    alone = max(0.0, min(1.0, ahead / 3.0))
    return replace(best, evidence=replace(best.evidence, alone=alone))


def _reference(
    document: Document, field: str, label: str, reads: Reads, lines: frozenset[int]
) -> str | None:
    return reads.take(field, _first(referred(document, label, lines)))


def _preceding(
    document: Document, reads: Reads, lines: frozenset[int]
) -> tuple[PrecedingInvoice, ...]:
    number = _reference(document, "preceding_invoices[0].number", "preceding", reads, lines)
    return (PrecedingInvoice(number),) if number is not None else ()


def _period(dates: Days, reads: Reads) -> Period | None:
    if dates.start is None or dates.end is None:
        return None
    return Period(reads.take("period.start", dates.start), reads.take("period.end", dates.end))
