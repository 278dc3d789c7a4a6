"""The name of a party, and what speaks for it.

>>> in_address("Rovigo Tools LLC", ["info@rovigo-tools.example"])
True
"""

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec.structs import replace

from operators.extraction.candidate import Evidence
from operators.extraction.document import Document
from operators.extraction.folded import key, plain
from operators.extraction.legal_forms import ENDS, LEGAL
from operators.extraction.places import Place, same_name
from operators.extraction.reads import Reads
from operators.extraction.rows import Cell, sureness
from operators.reference import ReferenceVendor

Side: TypeAlias = Literal["seller", "buyer"]

_DOMAIN = re.compile(r"(?i)(?:@|www\.)\s?([a-z0-9äöüß.-]+)\.[a-z]{2,}")
_BETWEEN = re.compile(r"\s+[·•|∙◦]\s+")
_DASH = re.compile(r"\s+[-–]\s+")
_CUT_OFF = re.compile(r"(?i)(?:[&+,-]|(?<!\w)(?:und|and|et|y|e|en))\s*$")
"""What a name ends in that goes on in a line that was not found."""
_TELLING = 4
"""Letters that a word of a name must have to be known again in an address."""


def party_name(
    document: Document,
    side: Side,
    place: Place | None,
    ahead: float,
    reads: Reads,
    vendor: ReferenceVendor | None,
    only: bool = False,
) -> str | None:
    """The name of the seller or the buyer, noted among the reads.

    Args:
        document: The document.
        side: Whose name.
        place: Where it stands.
        ahead: How far it is ahead of the next other name, 0 to 1.
        reads: Where it is noted.
        vendor: The seller in the master data; None for buyers and unknown ones.
        only: Whether no other party was found: then it may be the other one, however often it is
            named.
    """
    field = f"{side}.name"
    read = place.name if place is not None else None
    if vendor is not None and not same_name(read, vendor.name):
        evidence = Evidence(label=0.6, form=1.0, known=1.0)
        reads.note(field, evidence, obtained="MEMORY")
        return vendor.name
    if read is None or place is None:
        return None
    read = _whole(read, place.named or place.cells[0], document)
    worth = place.seller if side == "seller" else place.buyer
    cell = place.named or place.cells[0]
    evidence = Evidence(
        label=max(0.0, min(1.0, worth / 4)),
        alone=0.0 if only else ahead,
        form=0.0 if _CUT_OFF.search(read) else 1.0 if LEGAL.search(read) else 0.5,
        known=1.0 if vendor is not None else 0.0,
        engine=sureness(document.rows[cell.row], cell.start, cell.end),
    )
    evidence = replace(
        place.evidence or evidence,
        check=float(in_address(read, (row.text for row in document.rows))),
        repeated=0.0 if only and place.evidence is None else reads.repeated(read, cell.row),
        vouched=vouched_for(read, (row.text for row in document.rows)) if side == "seller" else 0.0,
    )
    reads.note(field, evidence, cell.row, cell.box, cell.text)
    return read


def _whole(name: str, cell: Cell, document: Document) -> str:
    """A name without the street after it, and with the rest of it from the lines above and below.

    A line belongs to it only where the pages have the whole name elsewhere on one line.
    """
    name = _BETWEEN.split(name)[0].strip()
    before_dash = _DASH.split(name)[0]
    name = before_dash if ENDS.search(before_dash) else name
    own = key(name)
    near = {
        key(other.text): other.text
        for number in (cell.row - 1, cell.row + 1)
        for other in document.row_cells.get(number, ())
    }
    for each in document.cells:
        for part in _BETWEEN.split(each.text) if each.row != cell.row else ():
            before, found, after = key(part).partition(own)
            told = not any(map(str.isdigit, part.replace(name, "")))
            if told and found and (before or after) and {before, after} <= {"", *near}:
                return part.strip()
    return name


_VOUCHES = re.compile(
    r"(?i)(?:©|\(c\) ?(?=\d{4})|copyright|kontoinhaber|account (?:name|holder)|beneficiary"
    r"|titulaire|b[eé]n[eé]ficiaire|titular|beneficiario|intestat(?:o a|ario)|rekeninghouder"
    r"|ten name van|t\.n\.v\.|payable to|zahlungsempf[aä]nger|a company of"
    r"|sitz der gesellschaft)(?!\w)"
)
"""What names the one who has the rights, or the account."""


def vouched_for(name: str, texts: Iterable[str]) -> float:
    """How many lines call a name the account's holder or the owner of the rights: 1 for two.

    >>> vouched_for("Rovigo Tools LLC", ["Account holder: Rovigo Tools LLC", "© 2026 Other Ltd"])
    0.5
    """
    own = key(name)
    said = sum(
        any(own in key(text[match.end() :]) for match in _VOUCHES.finditer(text)) for text in texts
    )
    return min(1.0, said / 2) if own else 0.0


def in_address(name: str, texts: Iterable[str]) -> bool:
    """Whether a web or mail address in one of the texts has a word of a name, or the name, in it.

    A name that its own address confirms was neither misread nor taken for another's.
    """
    words = [key(word) for word in re.split(r"[\W_]+", LEGAL.sub(" ", name))]
    telling = [word for word in (*words, key(name)) if len(word) >= _TELLING]
    return any(
        word in key(match[1])
        for text in texts
        if "@" in text or "www" in plain(text)
        for match in _DOMAIN.finditer(text)
        for word in telling
    )
