"""What was read in a document, drawn onto its pages."""

from collections.abc import Iterator, Sequence

from PIL import Image

from connectors.document_reader import Examined
from connectors.documents import Limits, PageRead, box_of, corners_of
from connectors.documents.as_came import pages_as_came
from connectors.page_drawing import Colour, Legend, Mark, drawn
from operators.extraction.gate import Gates
from operators.extraction.page import Box
from operators.extraction.understood import FieldRead

_ROOM = 1.0
"""Points between what is written and the frame around it."""

SURE: Colour = (0, 128, 55)
AGAIN: Colour = (176, 132, 0)
MODEL: Colour = (214, 92, 0)
DOUBTFUL: Colour = (200, 0, 40)
MISSING: Colour = (110, 110, 110)


def drawn_pages(
    content: bytes, examined: Examined, gates: Gates, limits: Limits | None = None
) -> Iterator[Image.Image]:
    """The pages of a document as they came, in order, with what was read on each.

    Colours say how sure a value is by the gates. There are no images of what has no pages, nor of
    an invoice in XML whose pages nobody has looked at. Raises Unreadable when a page cannot be
    drawn.
    """
    if examined.pages is None:
        return
    fields = examined.read.reading.fields
    legends = tuple(_legends(examined, gates))
    rasters = pages_as_came(content, examined.pages.classified, limits or Limits())
    for number, (raster, page) in enumerate(zip(rasters, examined.pages.pages, strict=False), 1):
        here = [field for field in fields if field.page == number]
        written = [box_of(word.box, page.to_page) for word in page.page.words]
        yield drawn(raster, tuple(_marks(here, page, gates)), legends, written)


def _marks(fields: Sequence[FieldRead], page: PageRead, gates: Gates) -> Iterator[Mark]:
    """One for each place; the most doubtful last, so that it stands over the others."""
    places: dict[Box, list[FieldRead]] = {}
    for field in fields:
        if field.box is not None:
            places.setdefault(field.box, []).append(field)
    least = {box: min(field.confidence for field in there) for box, there in places.items()}
    for box, there in sorted(places.items(), key=lambda each: -least[each[0]]):
        wider = Box(box.left - _ROOM, box.top - _ROOM, box.right + _ROOM, box.bottom + _ROOM)
        names = _joined([field.field for field in there])
        yield Mark(names, colour_of(least[box], gates), corners_of(wider, page.to_page))


def _joined(names: Sequence[str]) -> str:
    """Names as one, what they have in common only once.

    >>> _joined(["seller.address.city", "seller.address.street", "seller.name"])
    'seller.address.city, .street, seller.name'
    """
    shown, before = [], ""
    for name in names:
        group, _, last = name.rpartition(".")
        shown.append(f".{last}" if group and group == before else name)
        before = group
    return ", ".join(shown)


def colour_of(confidence: float, gates: Gates) -> Colour:
    """The colour of a value that is so sure."""
    if confidence >= gates.accept:
        return SURE
    if confidence >= gates.second_reading:
        return AGAIN
    return MODEL if confidence >= gates.model else DOUBTFUL


def _legends(examined: Examined, gates: Gates) -> Iterator[Legend]:
    yield Legend(f"at least {gates.accept:.0%} sure", SURE)
    yield Legend(f"at least {gates.second_reading:.0%} sure", AGAIN)
    yield Legend(f"at least {gates.model:.0%} sure", MODEL)
    yield Legend("less sure", DOUBTFUL)
    read = examined.read
    placed = {field.field for field in read.reading.fields if field.box is not None}
    lacking = [field for field in read.step.doubtful if field not in placed]
    if lacking:
        yield Legend(f"not found on a page: {', '.join(lacking)}", MISSING)
