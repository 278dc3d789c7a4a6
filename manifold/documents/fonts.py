"""Fonts for generated documents: those of the PDF standard, and others where they are installed.

A font that is not installed is replaced by a standard one, so the same seed gives the same
document on machines with the same fonts, and a readable one on any.
"""

from functools import cache
from pathlib import Path

import reportlab
from msgspec import Struct
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

_FOLDERS = (
    Path(reportlab.__file__).parent / "fonts",
    Path("/usr/share/fonts/truetype/dejavu"),
    Path("/usr/share/fonts/truetype/liberation"),
    Path("/usr/share/fonts/truetype/liberation2"),
    Path("/usr/share/fonts/dejavu-sans-fonts"),
    Path("/usr/share/fonts/liberation-sans"),
)


class Face(Struct, frozen=True):
    """A typeface, by the names that reportlab knows its fonts by."""

    regular: str
    """For running text."""
    bold: str
    """For headings."""


_HELVETICA = Face("Helvetica", "Helvetica-Bold")
_TIMES = Face("Times-Roman", "Times-Bold")
_COURIER = Face("Courier", "Courier-Bold")

_INSTALLED: dict[str, tuple[str, str, Face]] = {
    "vera": ("Vera.ttf", "VeraBd.ttf", _HELVETICA),
    "dejavu-sans": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", _HELVETICA),
    "dejavu-condensed": ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf", _HELVETICA),
    "dejavu-serif": ("DejaVuSerifCondensed.ttf", "DejaVuSerifCondensed-Bold.ttf", _TIMES),
    "dejavu-mono": ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf", _COURIER),
    "liberation-sans": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf", _HELVETICA),
    "liberation-narrow": (
        "LiberationSansNarrow-Regular.ttf",
        "LiberationSansNarrow-Bold.ttf",
        _HELVETICA,
    ),
    "liberation-serif": ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf", _TIMES),
    "liberation-mono": ("LiberationMono-Regular.ttf", "LiberationMono-Bold.ttf", _COURIER),
}
FACES: tuple[str, ...] = ("helvetica", "times", "courier", *_INSTALLED)
"""Every face that a layout may ask for."""


@cache
def face(name: str) -> Face:
    """The face of a name in `FACES`, or the standard one most like it when it is not installed."""
    standard = {"helvetica": _HELVETICA, "times": _TIMES, "courier": _COURIER}.get(name)
    if standard is not None:
        return standard
    regular, bold, alike = _INSTALLED[name]
    found = [_registered(file) for file in (regular, bold)]
    return alike if None in found else Face(*(each for each in found if each is not None))


def _registered(file: str) -> str | None:
    for folder in _FOLDERS:
        path = folder / file
        if path.is_file():
            try:
                pdfmetrics.registerFont(TTFont(path.stem, str(path)))
            except TTFError:
                return None
            return path.stem
    return None


def width(text: str, font: str, size: float) -> float:
    """Width of a text in points."""
    return float(pdfmetrics.stringWidth(text, font, size))
