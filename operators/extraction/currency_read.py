"""The currency of the invoice record, with what speaks for it."""

from operators.extraction.candidate import Candidate, Evidence
from operators.extraction.currency import currency_at, currency_in, currency_votes
from operators.extraction.document import Document
from operators.extraction.reads import Reads
from operators.extraction.rows import box_of
from operators.invoice import Party
from operators.money import Amount
from operators.vat import vat_country

_ASKED, _TWICE = 10, 3
"""Votes for a currency that is named as such, and those of one amount."""


def currency(
    document: Document, seller: Party, gross: Candidate[Amount] | None, reads: Reads
) -> str | None:
    """What the pages say, else what is paid with in the seller's country."""
    country = vat_country(seller.vat_id) or (seller.address.country if seller.address else None)
    usual = currency_in(country)
    if document.currency is not None:
        texts = [row.text for row in document.rows]
        number, start, end = currency_at(texts, document.currency) or (0, 0, 0)
        row = document.rows[number]
        most, *others = *sorted(currency_votes(texts).values(), reverse=True), 0
        total = texts[gross.row] if gross is not None and gross.row is not None else ""
        beside = currency_at([total], document.currency) is not None
        heads = not any(map(str.isdigit, row.text))  # of the columns of amounts
        evidence = Evidence(
            label=1.0 if beside or heads or most >= _ASKED else 0.5,
            near=1.0 if beside else 0.6 if heads else 0.0,
            alone=(most - others[0]) / most,
            form=0.5 if usual is None else float(usual == document.currency),
            repeated=float(most > _TWICE),
        )
        reads.note(
            "currency", evidence, number, box_of(row, start, end), row.text[start:end].strip()
        )
        return document.currency
    if usual is not None:
        reads.note("currency", Evidence(label=0.8, near=1.0, alone=1.0, form=0.5, computed=1.0))
    return usual
