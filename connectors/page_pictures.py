"""Pages of documents as people look at them: what a worker draws, and where the words stand.

Only workers touch a document's bytes: it comes from outside, and may hang or kill what draws it.
"""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import islice
from typing import TypeAlias

from msgspec import Struct
from PIL import Image

from connectors.documents import Engines, Limits, Unreadable, classify, corners_of, read_pages
from connectors.documents.as_came import pages_as_came
from connectors.documents.engine import Failed, NotThere
from operators.extraction.page import Box

_LONGEST_SIDE = 2_000
"""Pixels of a page's image."""

Corners: TypeAlias = tuple[tuple[float, float], ...]
"""Around a place, in points of the page as it is looked at."""


class Picture(Struct, frozen=True, tag=True):
    """A page to draw."""

    content: bytes
    """The document."""
    number: int
    """The page, from 1."""


class Places(Struct, frozen=True, tag=True):
    """A document whose words are to be found, and where boxes on its straightened pages are."""

    content: bytes
    boxes: tuple[tuple[int, Box], ...]
    """Pages, from 1, and places on them."""


class Drawn(Struct, frozen=True, tag=True):
    """A page as an image."""

    png: bytes
    width: float
    """Of the page, in points."""
    height: float
    pages: int
    """Pages of the document."""


class WordSeen(Struct, frozen=True):
    """A word on a page."""

    page: int
    text: str
    corners: Corners


class Placed(Struct, frozen=True, tag=True):
    """Where things stand on the pages as they are looked at."""

    words: tuple[WordSeen, ...]
    boxes: tuple[Corners, ...]
    """The boxes asked for, in their order."""


class NotDrawn(Struct, frozen=True, tag=True):
    """A document that cannot be looked at."""

    because: str


Task: TypeAlias = Picture | Places
Came: TypeAlias = Drawn | Placed | NotDrawn


@cache
def _engines() -> Engines:
    return Engines()


def look(task: Task) -> Came:
    """Draw a page, or find the words of all of them."""
    try:
        if isinstance(task, Picture):
            return _drawn(task)
        return _placed(task)
    except Unreadable as unreadable:
        return NotDrawn(str(unreadable))
    except (Failed, NotThere):
        return NotDrawn("The words on the pages cannot be found here.")


def _drawn(task: Picture) -> Drawn | NotDrawn:
    limits = Limits()
    classified = classify(task.content, limits)
    rasters = pages_as_came(task.content, classified, limits)
    raster = next(islice(rasters, task.number - 1, None), None)
    if raster is None:
        return NotDrawn("There is no such page.")
    image = Image.fromarray(raster.pixels)
    shrink = min(1.0, _LONGEST_SIDE / max(image.size))
    if shrink < 1:
        size = max(1, round(image.width * shrink)), max(1, round(image.height * shrink))
        image = image.resize(size)
    png = BytesIO()
    image.save(png, "PNG", compress_level=3)
    return Drawn(png.getvalue(), raster.width, raster.height, classified.pages)


def _placed(task: Places) -> Placed:
    pages = read_pages(task.content, Limits(), _engines()).pages

    def moved(page: int, box: Box) -> Corners:
        return corners_of(box, pages[page - 1].to_page) if page <= len(pages) else ()

    def words() -> Iterator[WordSeen]:
        for number, read in enumerate(pages, 1):
            for word in read.page.words:
                yield WordSeen(number, word.text, corners_of(word.box, read.to_page))

    return Placed(tuple(words()), tuple(moved(page, box) for page, box in task.boxes))
