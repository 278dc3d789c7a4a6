"""VAT identifiers, tax numbers, registrations and accounts, known by label and check digits.

>>> compact_iban("DE34 7007 0010 0156 9193 01")
'DE34700700100156919301'
>>> vat_id_of("USt-IdNr. DE 136695976", None)
'DE136695976'
"""

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

from msgspec import Struct
from schwifty import IBAN

from operators.extraction import identifier_forms as forms
from operators.extraction.document import Document
from operators.extraction.labels import Label
from operators.extraction.links import under
from operators.extraction.page import Box
from operators.extraction.rows import Row, box_of, sureness
from operators.vat import check_digits_agree

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
            if label.alone and document.page_of(number) == row.page
        ]

        def headed(
            start: int, end: int, row: Row = row, heads: list[Label] = heads
        ) -> Label | None:
            box = box_of(row, start, end)
            return next((each for each in heads if under(box, each.box, row.height)), None)

        for kind, value, start, end, check in _in_row(row.text, own, country, headed):
            if any(
                each.row == row.number and each.start < end and start < each.end for each in found
            ):
                continue
            before = next((each for each in reversed(own) if each.start <= start), None)
            named = before or headed(start, end)
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
    return found


_Hit: TypeAlias = tuple[Kind, str, int, int, float]


def _in_row(
    text: str,
    labels: list[Label],
    country: str | None,
    headed: Callable[[int, int], Label | None],
) -> Iterator[_Hit]:
    for match in forms.ACCOUNT.finditer(text):
        iban, length = _iban_at(match[0])
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
            yield from _wrong_iban(text, label.end)
        kind = _numbered(label)
        hit = forms.NUMBERED.match(text, label.end) if kind is not None else None
        if hit is not None and kind is not None and sum(map(str.isdigit, hit["token"])) >= 4:
            token = hit["token"].strip(" ./-")
            start = hit.start("token") + len(hit["token"]) - len(hit["token"].lstrip(" ./-"))
            yield kind, " ".join(token.split()), start, start + len(token), 0.0


def _numbered(label: Label) -> Kind | None:
    """What a number right of a label is, if it need not have a form."""
    if label.means("tax_id") or label.fields == ("vat_id",):
        return "tax_id"
    return "legal_id" if label.means("legal_id") else None


def _wrong_iban(text: str, start: int) -> Iterator[_Hit]:
    """What a label calls an IBAN although its check digits are wrong."""
    match = forms.ACCOUNT.search(text, start)
    if match is None or match.start() - start > 8 or match[0][:2] not in forms.LENGTHS:
        return
    length = forms.LENGTHS[match[0][:2]]
    compact = "".join(match[0].split())[:length]
    if len(compact) == length and compact[2:4].isdigit():
        yield "iban", compact, match.start(), match.start() + _reach(match[0], length), -1.0


def _compact(text: str) -> str:
    compact = "".join(sign for sign in text.upper() if sign.isalnum() or sign in "+*")
    if compact.startswith("CHE"):
        return compact.removesuffix("MWST").removesuffix("TVA").removesuffix("IVA")
    return compact


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


def _iban_at(text: str) -> tuple[str | None, int]:
    """The IBAN that a text begins with, and how many signs of the text it takes up."""
    compact = "".join(text.split())
    fixed = compact[:2] + compact[2:4].translate(str.maketrans("OIl", "011")) + compact[4:]
    for length in range(min(len(fixed), 34), 14, -1):
        for tried in (fixed[:length], fixed[:4] + fixed[4:length].replace("O", "0")):
            iban = compact_iban(tried)
            if iban is not None:
                return iban, _reach(text, length)
    return None, 0


def _reach(text: str, length: int) -> int:
    """Where so many signs of a text end, blanks not counted."""
    seen = 0
    for at, sign in enumerate(text):
        seen += not sign.isspace()
        if seen == length:
            return at + 1
    return len(text)


def compact_iban(text: str) -> str | None:
    """An IBAN without blanks, None when its check digits or its form are wrong."""
    compact = "".join(text.split()).upper()
    if not 15 <= len(compact) <= 34 or not compact[2:4].isdigit():
        return None
    number = "".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])
    if int(number) % 97 != 1:
        return None
    return compact if IBAN(compact, allow_invalid=True).is_valid else None


def vat_id_of(text: str, country: str | None) -> str | None:
    """The VAT identifier with right check digits in a text, None when there is none."""
    for match in forms.VAT.finditer(text):
        if check_digits_agree(_compact(match[0])):
            return _compact(match[0])
    return next((value for _, value, *_ in _national(text, 0, country)), None)
