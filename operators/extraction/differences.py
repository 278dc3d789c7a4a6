"""Where the XML in a document and its visible text do not say the same.

Who looks at a page pays what stands on the page; who books the XML books what stands in the XML.
A value counts as different only when the page shows another one in its place with confidence, and
the XML's own value nowhere: a page that mentions both has two of them for a reason.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct

from operators.extraction.page import Page, Word
from operators.extraction.paths import value_at
from operators.extraction.understood import Understood
from operators.invoice import Invoice
from operators.money import Amount, render
from operators.result import Violation

SURE = 0.9
"""Probability from which the visible value counts."""

COMPARED = (
    ("number", "MF-DOC-NUMBER", "invoice number"),
    ("issue_date", "MF-DOC-DATE", "issue date"),
    ("totals.net", "MF-DOC-NET", "total without VAT"),
    ("totals.tax", "MF-DOC-TAX", "VAT"),
    ("totals.gross", "MF-DOC-GROSS", "total with VAT"),
    ("totals.payable", "MF-DOC-PAYABLE", "amount due"),
    ("payments[0].account.id", "MF-DOC-ACCOUNT", "account to pay to"),
)
"""Path, rule and name of what is compared."""


class Difference(Struct, frozen=True, gc=False):
    """A value that the XML in a document and its visible text give differently."""

    field: str
    """Its path in the invoice record."""
    embedded: str
    """What the XML says."""
    visible: str
    """What stands on the page."""


def differences(embedded: Invoice, visible: Understood, pages: Sequence[Page]) -> list[Difference]:
    """Where the XML and the pages of one document contradict each other."""
    shown = _compact(word.text for page in pages for word in _in_order(page))
    sure = {found.field for found in visible.fields if found.confidence >= SURE}
    found: list[Difference] = []
    for field, _, _ in COMPARED:
        said, seen = value_at(embedded, field), value_at(visible.invoice, field)
        if said is None or seen is None or field not in sure or _same(said, seen):
            continue
        if not any(form in shown for form in _forms(said)):
            found.append(Difference(field, _text(said), _text(seen)))
    return found


def violations(found: Iterable[Difference]) -> Iterator[Violation]:
    """What a branch says about differences."""
    rules = {field: (rule_id, name) for field, rule_id, name in COMPARED}
    for each in found:
        rule_id, name = rules.get(each.field, ("MF-DOC", each.field))
        hidden = each.field.endswith("account.id")
        embedded, visible = (
            (f"one ending in {each.embedded[-4:]}", f"one ending in {each.visible[-4:]}")
            if hidden
            else (each.embedded[:60], each.visible[:60])
        )
        yield Violation(
            rule_id,
            f"The document shows another {name} than the XML in it: {visible} on the page, "
            f"{embedded} in the XML.",
            "WARNING",
            each.field,
        )


def _same(one: object, other: object) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return _compact([one]) == _compact([other])
    return one == other


def _text(value: str | date | Amount) -> str:
    return render(value) if isinstance(value, int) else str(value)


def _forms(value: str | date | Amount) -> set[str]:
    """Letters and digits of the ways in which a value can stand on a page."""
    if isinstance(value, date):
        year, month, day = f"{value.year}", f"{value.month:02}", f"{value.day:02}"
        return {
            "".join(order)
            for y in (year, year[2:])
            for m, d in ((month, day), (str(value.month), str(value.day)))
            for order in ((d, m, y), (m, d, y), (y, m, d))
        }
    if isinstance(value, int):
        return {_compact([render(abs(value))]), _compact([render(abs(value), 0)])}
    return {_compact([value])}


def _in_order(page: Page) -> list[Word]:
    return sorted(page.words, key=lambda word: (round(word.box.bottom / 4), word.box.left))


def _compact(texts: Iterable[str]) -> str:
    return re.sub(r"[\W_]+", "", "".join(texts)).casefold()
