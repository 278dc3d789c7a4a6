"""The currency of the invoice record, with what speaks for it."""

from collections.abc import Sequence

from operators.extraction.candidate import Candidate, Evidence
from operators.extraction.currency import currency_at, currency_in, currency_votes
from operators.extraction.document import Document
from operators.extraction.reads import Reads
from operators.extraction.rows import box_of
from operators.invoice import Party, Payment
from operators.money import Amount
from operators.vat import vat_country

_ASKED, _TWICE = 10, 3
"""Votes for a currency that is named as such, and those of one amount."""
_SURELY = 2
"""Countries that agree with the first from which on no doubt is left."""
_SPOKEN = {"es": "EUR", "it": "EUR", "nl": "EUR"}
"""Currencies of languages of which nearly every document is in one."""


def currency(
    document: Document,
    seller: Party,
    payments: Sequence[Payment],
    gross: Candidate[Amount] | None,
    reads: Reads,
) -> str | None:
    """What the pages say, else what is paid with in the seller's country."""
    told = _told(document, seller, payments)
    usual = told[0] if told else None
    vouched = min(1.0, (len(told) - 1) / _SURELY) if len(set(told)) == 1 else 0.0
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
            vouched=vouched if usual == document.currency else 0.0,
        )
        reads.note(
            "currency", evidence, number, box_of(row, start, end), row.text[start:end].strip()
        )
        return document.currency
    if usual is not None:
        alone = 1.0 if len(set(told)) == 1 else 0.0
        evidence = Evidence(
            label=0.8, near=1.0, alone=alone, form=0.5, vouched=vouched, computed=1.0
        )
        reads.note("currency", evidence)
    return usual


def _told(document: Document, seller: Party, payments: Sequence[Payment]) -> list[str]:
    """What is paid with in each country that something names.

    That is the seller's identifier, address and account, and the language where it has one
    currency.
    """
    address = seller.address.country if seller.address is not None else None
    accounts = [each.account.id for each in payments if each.account is not None]
    countries = [vat_country(seller.vat_id), address, *(each[:2] for each in accounts if each)]
    paid = [currency_in(country) for country in countries]
    return [each for each in (*paid, _SPOKEN.get(document.language or "")) if each is not None]
