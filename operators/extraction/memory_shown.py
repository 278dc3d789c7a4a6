"""What a document shows that its vendor can be recognised by, however badly its name was read.

>>> from operators.extraction.page import Box, Page, Word
>>> from operators.extraction.understand import understand
>>> texts = ("BOOK SHOP SDN BHD", "Tel: 03-3888 1234", "www.bookshop.my", "Total 12.00")
>>> words = (Word(text, Box(40, 20 * n, 160, 20 * n + 10)) for n, text in enumerate(texts))
>>> pages = [Page(200, 300, tuple(words))]
>>> shown_by(pages, "RAPIDOCR", understand(pages, "RAPIDOCR")).marks
('phone 38881234', 'domain bookshop.my')
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from operators.extraction.document import Document, document_of
from operators.extraction.folded import key, plain
from operators.extraction.identifiers import identifiers
from operators.extraction.memory import compared, form_of
from operators.extraction.page import Page, Reader
from operators.extraction.understood import Understood
from operators.invoice import Party
from operators.vat import check_digits_agree

_HEAD_ROWS = 15
"""Rows from the top in which a seller's name may stand."""
_MOST_HEADS = 48
_MOST_MARKS = 48
_SHORTEST_NAME = 4

_PHONE = re.compile(
    r"(?<![a-z])(?:tel|telp|telefon\w*|telephone|phone|ph|fon|hp|h/p|mobile?|mobil|handy|fax"
    r"|telefax|tlf|tfno|telf|cell|hotline)(?![a-z])[^\d+]{0,12}(?P<number>\+?\d[\d ()/.\-]{5,18}\d)"
)
_REGISTERED = re.compile(r"(?<![\w-])\d{5,8} ?- ?[A-Za-z](?![\w-])")
"""Numbers of companies as they stand under their names in Malaysia."""
_DOMAIN = re.compile(r"(?:@|www\.|https?://)((?:[a-z0-9-]+\.)+[a-z]{2,})")
_ANYBODYS = frozenset(
    "gmail.com googlemail.com yahoo.com hotmail.com outlook.com live.com icloud.com aol.com"
    " gmx.de gmx.net web.de t-online.de freenet.de orange.fr wanadoo.fr free.fr libero.it"
    " hotmail.fr yahoo.fr hotmail.it yahoo.it hotmail.es yahoo.es ziggo.nl kpnmail.nl".split()
)
"""Mail addresses that say nothing of a company."""
_PHONE_DIGITS = 8
"""Digits of a telephone number from its end: in front of them it is written in many ways."""


class Shown(Struct, frozen=True):
    """What a document shows of its vendor."""

    marks: tuple[str, ...] = ()
    """Identifiers, telephone numbers and sites on its pages, as memories are looked up by them."""
    heads: tuple[str, ...] = ()
    """Texts that may be the seller's name, as names are compared."""
    vat_id: str | None = None
    """The seller's VAT identifier as read, if its check digits are right."""
    form: str = ""
    """The legal form of the seller's name as read."""


def shown_by(pages: Sequence[Page], reader: Reader, understood: Understood) -> Shown:
    """What pages show that a vendor can be recognised by; what is the buyer's is left out."""
    outer = [*pages[:2], pages[-1]] if len(pages) > 3 else pages
    document = document_of(outer, reader)
    invoice = understood.invoice
    vat_id = invoice.seller.vat_id
    marks = dict.fromkeys((*_identified(document, invoice.buyer), *_contacts(document)))
    return Shown(
        tuple(marks)[:_MOST_MARKS],
        tuple(_heads(document, invoice.seller, invoice.buyer))[:_MOST_HEADS],
        key(vat_id) if vat_id is not None and check_digits_agree(vat_id) else None,
        form_of(invoice.seller.name),
    )


def _identified(document: Document, buyer: Party) -> Iterator[str]:
    theirs = {key(each) for each in (buyer.vat_id, buyer.tax_id, buyer.legal_id) if each}
    for mark in identifiers(document):
        value = key(mark.value)
        if mark.kind != "bic" and mark.check >= 0 and len(value) >= 5 and value not in theirs:
            yield f"{mark.kind} {value}"


def _contacts(document: Document) -> Iterator[str]:
    for row in document.rows[:_HEAD_ROWS]:
        for match in _REGISTERED.finditer(row.text):
            yield f"legal_id {key(match[0])}"
    for row in document.rows:
        text = plain(row.text)
        for match in _PHONE.finditer(text):
            digits = "".join(filter(str.isdigit, match["number"]))
            yield f"phone {digits[-_PHONE_DIGITS:]}"
        for match in _DOMAIN.finditer(text):
            domain = match[1].removeprefix("www.")
            if domain not in _ANYBODYS:
                yield f"domain {domain}"


def _heads(document: Document, seller: Party, buyer: Party) -> Iterator[str]:
    """The likeliest texts first, each once."""
    theirs = compared(buyer.name) if buyer.name else None
    rows = [row for row in document.rows[:_HEAD_ROWS] if row.page == 1]
    texts = [seller.name or ""]
    for row, below in zip(rows, [*rows[1:], None], strict=True):
        texts += [*row.text.split("\t"), row.text]
        if below is not None:
            texts.append(f"{row.text} {below.text}")
    found = dict.fromkeys(compared(text[:200]) for text in texts if any(map(str.isalpha, text)))
    for head in found:
        if len(head) >= _SHORTEST_NAME and head != theirs:
            yield head
