"""Marks on the image of a page: a frame around each place, and a name beside it."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct
from PIL import Image, ImageDraw, ImageFont

from connectors.documents import Raster
from connectors.documents.raster import POINTS
from operators.extraction.page import Box

Colour: TypeAlias = tuple[int, int, int]
Place: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels."""

_LONGEST_SIDE = 2400
"""Pixels; larger pages are made smaller."""
_LETTERS = 110
"""Letters of a name, one over the other, that would fill a page's width."""
_SMALLEST = 10
"""Pixels of a letter."""
_ROOM = 2
"""Pixels between a name and what is beside it."""
_STEPS = 2
"""How many names high a name may be away from its frame."""
_WHITE: Colour = (255, 255, 255)
_BLACK: Colour = (0, 0, 0)


class Mark(Struct, frozen=True):
    """Something to point at."""

    name: str
    """What it is called."""
    colour: Colour
    """Of frame and name."""
    corners: tuple[tuple[float, float], ...]
    """Around it, in points of the page."""


class Legend(Struct, frozen=True):
    """A line below the page."""

    text: str
    """What it says."""
    colour: Colour
    """Of the square before it."""


def drawn(
    raster: Raster, marks: Sequence[Mark], legends: Sequence[Legend], written: Sequence[Box] = ()
) -> Image.Image:
    """The page with its marks, and the legends below it.

    `written`: in points of the page, what names hide only when there is no room beside it.
    """
    page, scale = _page(raster)
    font = ImageFont.load_default(max(_SMALLEST, min(page.size) // _LETTERS))
    assert isinstance(font, ImageFont.FreeTypeFont)  # what every Pillow wheel is built with
    image = _above(page, legends, font)
    draw = ImageDraw.Draw(image)
    frames = [[(across * scale, down * scale) for across, down in mark.corners] for mark in marks]
    for mark, frame in zip(marks, frames, strict=True):
        draw.polygon(frame, outline=mark.colour, width=max(2, round(font.size / 8)))
    words = [
        (box.left * scale, box.top * scale, box.right * scale, box.bottom * scale)
        for box in written
    ]
    _name(draw, font, page.size, marks, [_around(frame) for frame in frames], words)
    return image


def _page(raster: Raster) -> tuple[Image.Image, float]:
    """The page, no larger than it may be, and its pixels to a point."""
    page = Image.fromarray(raster.pixels).convert("RGB")
    shrink = min(1.0, _LONGEST_SIDE / max(page.size))
    size = max(1, round(page.width * shrink)), max(1, round(page.height * shrink))
    return page.resize(size), raster.dpi * shrink / POINTS


def _above(
    page: Image.Image, legends: Sequence[Legend], font: ImageFont.FreeTypeFont
) -> Image.Image:
    """The page with room below it in which the legends stand."""
    size = round(font.size)
    line = size * 3 // 2
    image = Image.new("RGB", (page.width, page.height + line * len(legends)), _WHITE)
    image.paste(page)
    draw = ImageDraw.Draw(image)
    for number, legend in enumerate(legends):
        top = page.height + line * number
        draw.rectangle((size, top + size // 4, 2 * size, top + size * 5 // 4), legend.colour)
        draw.text((3 * size, top), legend.text, _BLACK, font)
    return image


def _name(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont,
    page: tuple[int, int],
    marks: Sequence[Mark],
    frames: Sequence[Place],
    words: Sequence[Place],
) -> None:
    """Write the names beside their frames."""
    names: list[Place] = []
    for mark, frame in zip(marks, frames, strict=True):
        _, _, width, height = draw.textbbox((0, 0), mark.name, font)
        size = width + 2 * _ROOM, height + _ROOM
        place = _beside(frame, size, page, (names, frames, words))
        names.append(place)
        draw.rectangle(place, fill=mark.colour)
        draw.text((place[0] + _ROOM, place[1]), mark.name, _WHITE, font)


def _around(frame: Sequence[tuple[float, float]]) -> Place:
    across, down = zip(*frame, strict=True)
    return min(across), min(down), max(across), max(down)


def _beside(
    frame: Place,
    size: tuple[float, float],
    page: tuple[int, int],
    avoided: Sequence[Sequence[Place]],
) -> Place:
    """Where a name hides nothing of what is avoided, or of as many of its kinds as possible."""
    width, height = size
    places = [
        (left, top, left + width, top + height)
        for across, down in _corners(frame, size)
        for left in [min(max(0.0, across), max(0.0, page[0] - width))]
        for top in [min(max(0.0, down), max(0.0, page[1] - height))]
    ]
    for kind in avoided:
        free = [place for place in places if not any(_meet(place, each) for each in kind)]
        if not free:
            break
        places = free
    return places[0]


def _corners(frame: Place, size: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """Upper left corners of a name of this size, those nearest to the frame first."""
    left, top, right, bottom = frame
    width, height = size
    yield left, top - height
    yield left, bottom
    yield right, (top + bottom - height) / 2
    yield left - width, (top + bottom - height) / 2
    for step in range(1, _STEPS):
        yield right, top - height * step
        yield right, bottom + height * (step - 1)
        yield left, top - height * (step + 1)
        yield left, bottom + height * step


def _meet(one: Place, other: Place) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
