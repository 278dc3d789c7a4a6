"""VAT identifiers, tax numbers, registrations and accounts, known by label and check digits."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.extraction import identifier_forms as forms
from operators.extraction.accounts import iban_at, misprinted
from operators.extraction.document import Document
from operators.extraction.label_cells import is_label
from operators.extraction.labels import Label
from operators.extraction.links import under
from operators.extraction.page import Box
from operators.extraction.rows import Row, box_of, sureness
from operators.vat import check_digits_agree

_SHORT = 16
"""Signs that may follow a label at the end of a row that is continued: `VAT ID of customer:`."""

Kind: TypeAlias = Literal["vat_id", "tax_id", "legal_id", "iban", "bic"]
"""What an identifier is."""


class Found(Struct, frozen=True, gc=False):
    """An identifier on a page."""

    kind: Kind
    """What it is."""
    value: str
    """Without blanks and marks where its form is fixed, else as it stands there."""
    row: int
    """Number of its row."""
    start: int
    """Where it begins there."""
    end: int
    """Where it ends."""
    box: Box
    """Where it stands."""
    check: float
    """1 with right check digits, -1 with wrong ones, 0 without any."""
    label: Label | None
    """The label before it."""
    confidence: float
    """Of the engine."""


def identifiers(document: Document) -> list[Found]:
    """All identifiers of a document, from top to bottom."""
    labels: dict[int, list[Label]] = {}
    for label in document.labels:
        if label.means("vat_id", "tax_id", "legal_id", "iban", "bic", "tax"):
            labels.setdefault(label.row, []).append(label)
    country = {"es": "ES", "it": "IT", "en": "GB", "nl": "NL", "de": "DE"}.get(
        document.language or ""
    )
    found: list[Found] = []
    for row in document.rows:
        own = labels.get(row.number, [])
        heads = [
            label
            for number in (row.number - 1, row.number - 2)
            for label in labels.get(number, ())
            if _heads(document, label) and document.page_of(number) == row.page
        ]

        def headed(
            start: int, end: int, row: Row = row, heads: list[Label] = heads
        ) -> Label | None:
            box = box_of(row, start, end)
            return next((each for each in heads if under(box, each.box, row.height)), None)

        first = len(found)
        for kind, value, start, end, check in _in_row(row.text, own, country, headed):
            if any(each.start < end and start < each.end for each in found[first:]):
                continue
            before = next((each for each in reversed(own) if each.start <= start), None)
            named = before or headed(start, end) or _broken_off(document, labels, row, start)
            found.append(
                Found(
                    kind,
                    value,
                    row.number,
                    start,
                    end,
                    box_of(row, start, end),
                    check,
                    named,
                    sureness(row, start, end),
                )
            )
    return [*found, *_accounts_over_two_rows(document, labels, found)]


def _heads(document: Document, label: Label) -> bool:
    """Whether the cell of a label says nothing but labels: `VAT ID`, `VAT ID of customer`."""
    cells = document.row_cells.get(label.row, ())
    own = next((cell for cell in cells if cell.start <= label.start < cell.end), None)
    return label.alone or (own is not None and is_label(document, own))


def _accounts_over_two_rows(
    document: Document, labels: dict[int, list[Label]], found: Sequence[Found]
) -> Iterator[Found]:
    """IBANs that begin at the end of a cell and go on in the row under it."""
    known = {each.row for each in found if each.kind == "iban"}
    for row in document.rows[:-1]:
        named = [label for label in labels.get(row.number, ()) if label.means("iban")]
        if not named or row.number in known:
            continue
        match = forms.BEGUN.search(row.text, named[0].end)
        below = document.rows[row.number + 1]
        if match is None or below.page != row.page:
            continue
        place = box_of(row, *match.span())
        whole = box_of(row, row.text.rfind("\t", 0, match.start()) + 1, match.end())
        for cell in document.row_cells.get(below.number, ()):
            if cell.start and not under(cell.box, whole, row.height):
                continue
            if forms.ENDED.match(cell.text) is None:
                continue
            iban, _ = iban_at(f"{match[0]} {cell.text}")
            if iban is not None and len(iban) > len("".join(match[0].split())):
                sure = sureness(row, *match.span())
                yield Found("iban", iban, row.number, *match.span(), place, 1.0, named[0], sure)
                break


def _broken_off(
    document: Document, labels: dict[int, list[Label]], row: Row, start: int
) -> Label | None:
    """The label at the end of the row above, where the value begins its row."""
    above = labels.get(row.number - 1, [])
    if start or not above or document.page_of(row.number - 1) != row.page:
        return None
    rest = document.rows[row.number - 1].text[above[-1].end :]
    ends = len(rest) < _SHORT and (rest.rstrip().endswith(":") or not rest.strip(" .#\t"))
    return above[-1] if ends else None


_Hit: TypeAlias = tuple[Kind, str, int, int, float]


def _in_row(
    text: str,
    labels: list[Label],
    country: str | None,
    headed: Callable[[int, int], Label | None],
) -> Iterator[_Hit]:
    for match in forms.ACCOUNT.finditer(text):
        iban, length = iban_at(match[0])
        if iban is not None:
            yield "iban", iban, match.start(), match.start() + length, 1.0
    for match in forms.VAT.finditer(text):
        value = _compact(match[0])
        agrees = check_digits_agree(value)
        head = headed(*match.span()) if not agrees else None
        labelled = any(
            label.means("vat_id", "tax") and label.end <= match.start() for label in labels
        )
        if agrees or labelled or (head is not None and head.means("vat_id")):
            yield "vat_id", value, match.start(), match.end(), 1.0 if agrees else -1.0
    for label in labels:
        if label.means("vat_id"):
            yield from _national(text, label.end, country)
        if label.means("bic"):
            for match in forms.BANK.finditer(text, label.end):
                yield "bic", match[0], match.start(), match.end(), 0.5
    for match in forms.REGISTER.finditer(text):
        yield "legal_id", " ".join(match[0].split()), match.start(), match.end(), 0.0
    for match in forms.MALAYSIAN.finditer(text):
        yield "legal_id", match["number"], match.start("number"), match.end("number"), 0.0

    for label in labels:
        if label.means("iban"):
            account = misprinted(text, label.end)
            if account is not None:
                yield "iban", *account, -1.0
        kind = _numbered(label)
        hit = forms.NUMBERED.match(text, label.end) if kind is not None else None
        if hit is not None and kind is not None and sum(map(str.isdigit, hit["token"])) >= 4:
            token = hit["token"].strip(" ./-")
            start = hit.start("token") + len(hit["token"]) - len(hit["token"].lstrip(" ./-"))
            yield kind, " ".join(token.split()), start, start + len(token), 0.0


def _numbered(label: Label) -> Kind | None:
    """What a number right of a label is, if it need not have a form."""
    if label.means("tax_id") or (label.means("vat_id") and not label.means("tax")):
        return "tax_id"
    return "legal_id" if label.means("legal_id") else None


def _compact(text: str) -> str:
    return "".join(sign for sign in text.upper() if sign.isalnum() or sign in "+*")


def _national(text: str, start: int, country: str | None) -> Iterator[_Hit]:
    """VAT identifiers without their country, right of a label that asks for one."""
    for code, pattern in forms.NATIONAL.items():
        match = pattern.search(text, start)
        if match is None or match.start() - start > 25:
            continue
        value = code + _compact(match[0])
        if check_digits_agree(value) and (country == code or code in ("ES", "NL")):
            yield "vat_id", value, match.start(), match.end(), 1.0
            return
