"""The names and addresses in a document, with what speaks for whose they are."""

import re
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.addresses import AddressRead, address_in, address_line
from operators.extraction.blocks import Block, blocks_of
from operators.extraction.broken_names import goes_on, joined
from operators.extraction.candidate import Evidence
from operators.extraction.document import Document
from operators.extraction.folded import key
from operators.extraction.label_cells import is_aside, is_label, named_alone
from operators.extraction.labels import Label
from operators.extraction.legal_forms import LEGAL
from operators.extraction.page import Box
from operators.extraction.rows import Cell, around

_MOST = 40
"""Places that are looked at."""
_BANK = re.compile(r"(?i)\b(?:bank|banca|banque|banco|sparkasse|kasse|volksbank|raiffeisen)")


class Place(Struct):
    """A name with an address, or one of both."""

    page: int
    """Page that it stands on."""
    box: Box
    """Around it."""
    rows: tuple[int, ...]
    """Numbers of its rows."""
    cells: tuple[Cell, ...]
    """Its cells."""
    address: AddressRead | None
    """The address."""
    name: str | None
    """The name."""
    line: bool = False
    """Whether it is written on one line, as senders are over an address window."""
    seller: float = 0.0
    """What speaks for the seller's."""
    buyer: float = 0.0
    """What speaks for the buyer's."""
    evidence: Evidence | None = None
    """What speaks for the name, if that is known by itself."""
    named: Cell | None = None
    """Where the name stands, if not in the first cell."""
    elsewhere: float = 0.0
    """What speaks for another's: where the goods go."""


def places(document: Document, skipped: frozenset[int]) -> list[Place]:
    """The places of a document, from top to bottom.

    Args:
        document: The document.
        skipped: Numbers of the rows that are lines of the invoice.
    """
    cells = [cell for cell in document.cells if cell.row not in skipped]
    found = [place for cell in cells if (place := _on_one_line(document, cell)) is not None]
    lines = {place.rows[0] for place in found}
    for block in blocks_of(
        document.rows, [cell for cell in cells if not _taken(cell, lines, found)]
    ):
        found += _in_block(document, block)
    found += _headed(document, found)
    for place in found:
        _name_from_above(place, cells, document)
    return sorted(found, key=lambda place: (place.page, place.box.top))[:_MOST]


def _taken(cell: Cell, lines: set[int], found: Sequence[Place]) -> bool:
    return cell.row in lines and any(cell in place.cells for place in found)


def _on_one_line(document: Document, cell: Cell) -> Place | None:
    if len(cell.text) < 20 or not any(sign.isdigit() for sign in cell.text):
        return None
    address = address_line(cell.text)
    if address is None or address.street is None or not address.postcode:
        return None
    name = address.name
    return Place(
        document.page_of(cell.row), cell.box, (cell.row,), (cell,), address, name, line=True
    )


def _in_block(document: Document, block: Block) -> list[Place]:
    """The addresses of a block, from top to bottom; labels in it are left out."""
    found: list[Place] = []
    cells = [named_alone(document, cell) for cell in block.cells if not is_aside(document, cell)]
    start = 0
    while start < len(cells):
        address = address_in([cell.text for cell in cells[start:]])
        if address is None:
            break
        part = cells[start + address.first : start + address.last + 1]
        cut = _cut(part)
        if cut:
            closer = address_in([cell.text for cell in part[cut:]])
            if closer is not None:
                part, address = part[cut:], replace(closer, last=address.last)
        name = address.name if address.name is not None and _may_be_name(address.name) else None
        if name is not None and name == part[0].text:
            name = joined(name, part[:3], part[-1])
        box = around([cell.box for cell in part])
        rows = tuple(cell.row for cell in part)
        found.append(Place(block.page, box, rows, tuple(part), address, name))
        start += address.last + 1
    return found


def _name_from_above(place: Place, cells: Sequence[Cell], document: Document) -> None:
    """Gives an address the name that stands over it in a letterhead, larger or further off."""
    if place.address is None or (
        place.name is not None and (LEGAL.search(place.name) or not place.line)
    ):
        return
    height = max(place.cells[0].box.bottom - place.cells[0].box.top, 1.0)
    over = [
        cell
        for cell in cells
        if document.page_of(cell.row) == place.page
        and _heads(cell, place, 7 * height)
        and _may_be_name(cell.text)
        and sum(sign.isdigit() for sign in cell.text) < 3
        and not is_label(document, cell)
    ]
    named = [cell for cell in over if LEGAL.search(cell.text) and "@" not in cell.text]
    large = [cell for cell in over if cell.box.bottom - cell.box.top > 1.25 * height]
    if not named and not large:
        return
    best = named[-1] if named else max(large, key=lambda cell: cell.box.bottom - cell.box.top)
    at = over.index(best)
    whole = best.text
    if at and not LEGAL.search(over[at - 1].text) and goes_on(over[at - 1], best, place.cells[-1]):
        whole = f"{over[at - 1].text} {whole}"
    if place.name is not None and place.address.street is not None:
        street = f"{place.name}, {place.address.street}"
        place.address = replace(place.address, street=street)
    place.name, place.named = whole, best


def _heads(cell: Cell, place: Place, reach: float) -> bool:
    """Whether a cell stands over an address, or left of it in a letterhead of two columns."""
    if (
        cell.row < place.rows[0]
        and cell.box.left < place.box.right
        and cell.box.right > place.box.left
    ):
        return place.box.top - cell.box.bottom < reach
    # Large letters may be a row of their own, though they stand beside the smaller ones.
    beside = (
        place.rows[0] <= cell.row <= place.rows[-1] or _abreast(cell.box, place.box)
    ) and cell not in place.cells
    return beside and cell.box.right < place.box.left and LEGAL.search(cell.text) is not None


def _abreast(one: Box, other: Box) -> bool:
    """Whether two boxes share half of the height of the lower one."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.bottom - one.top, other.bottom - other.top)


def _cut(cells: Sequence[Cell]) -> int:
    """Where the last lines begin that stand closer to each other than to those above."""
    gaps = [below.box.top - above.box.bottom for above, below in pairwise(cells)]
    height = max(cells[-1].box.bottom - cells[-1].box.top, 1.0)
    for at in range(len(gaps) - 1, 0, -1):
        if gaps[at - 1] > max(gaps[at:]) + 0.6 * height:
            return at
    return 0


def _may_be_name(text: str) -> bool:
    letters = sum(sign.isalpha() for sign in text)
    return (
        not text.rstrip().endswith(":")
        and letters >= 2
        and letters * 2 >= len(text.replace(" ", ""))
        and len(text) <= 90
    )


def _headed(document: Document, found: Sequence[Place]) -> list[Place]:
    """Names under or beside a label of a party that have no address with a postcode."""
    result = []
    for label in document.labels:
        if not label.means("seller", "buyer") or (not label.alone and label.end - label.start < 4):
            continue
        cell = _named_by(document, label)
        if cell is None or any(
            cell.row in place.rows and _overlap(place.box, cell.box) for place in found
        ):
            continue
        text = cell.text
        if _may_be_name(text) and not any(map(str.isdigit, text)) and not _BANK.search(text):
            page = document.page_of(cell.row)
            result.append(Place(page, cell.box, (cell.row,), (cell,), None, text))
    return result


def _named_by(document: Document, label: Label) -> Cell | None:
    """The cell right of a label, or under it."""
    row = document.rows[label.row]
    for cell in document.row_cells[label.row]:
        if cell.start <= label.start < cell.end:
            rest = row.text[label.end : cell.end].strip(" :.-")
            if rest and row.text[label.end : cell.end].lstrip()[:1] != ":":
                return None
            if rest:
                start = row.text.index(rest, label.end)
                return (
                    Cell(cell.row, start, start + len(rest), rest, cell.box)
                    if label.start == cell.start
                    else None
                )
        if cell.start > label.end and label.alone:
            return cell if not is_label(document, cell) else None
    below = [
        cell
        for number in range(label.row + 1, label.row + 4)
        for cell in document.row_cells.get(number, ())
        if document.page_of(number) == row.page
        and abs(cell.box.left - label.box.left) < 2 * row.height
        and cell.box.top - label.box.bottom < 2 * row.height
    ]
    return below[0] if below else None


def _overlap(one: Box, other: Box) -> bool:
    return min(one.right, other.right) > max(one.left, other.left)


def same_name(one: str | None, other: str | None) -> bool:
    """Whether two names are the same but for how they are written, or one is part of the other."""
    first, second = key(one or ""), key(other or "")
    if not first or not second:
        return False
    return first == second or (
        min(len(first), len(second)) >= 5 and (first in second or second in first)
    )
