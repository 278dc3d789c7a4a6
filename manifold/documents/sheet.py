"""Paper to draw on: text, lines and shapes, measured from the upper left corner in points."""

from io import BytesIO
from typing import Literal, TypeAlias

from msgspec import Struct
from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from manifold.documents.fonts import Face, width
from operators.extraction.page import Box

Align: TypeAlias = Literal["left", "right", "center"]
Rgb: TypeAlias = tuple[float, float, float]
"""Red, green and blue, 0 to 1."""

BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (1, 1, 1)
LEADING = 1.28
"""Distance of two lines of text, in font sizes."""


class Placed(Struct, frozen=True):
    """A text where it has been drawn."""

    page: int
    """From 1."""
    box: Box
    """Around its letters."""
    text: str
    """The text."""


class Sheet:
    """Pages of one size, drawn one after another."""

    def __init__(self, page_width: float, page_height: float, face: Face, size: float) -> None:
        """An empty first page."""
        self.width = page_width
        self.height = page_height
        self.face = face
        self.size = size
        self.page = 1
        self.placed: list[Placed] = []
        self._buffer = BytesIO()
        self._canvas = Canvas(
            self._buffer, pagesize=(page_width, page_height), pageCompression=1, invariant=1
        )

    @property
    def leading(self) -> float:
        """Distance of two lines of running text."""
        return self.size * LEADING

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        bold: bool = False,
        size: float | None = None,
        align: Align = "left",
        colour: Rgb = BLACK,
    ) -> float:
        """One line of text whose top is at `y`; gives the top of the line below it."""
        size = size or self.size
        if not text.strip():
            return y + size * LEADING
        font = self.face.bold if bold else self.face.regular
        long = width(text, font, size)
        left = x - {"left": 0.0, "center": long / 2, "right": long}[align]
        self._canvas.setFont(font, size)
        self._canvas.setFillColor(Color(*colour))
        self._canvas.drawString(left, self.height - y - size * 0.85, text)
        box = Box(left, y + 0.1 * size, left + long, y + size * 1.05)
        self.placed.append(Placed(self.page, box, text))
        return y + size * LEADING

    def measure(self, text: str, *, bold: bool = False, size: float | None = None) -> float:
        """Width of a text."""
        return width(text, self.face.bold if bold else self.face.regular, size or self.size)

    def wrapped(
        self, text: str, room: float, *, bold: bool = False, size: float | None = None
    ) -> list[str]:
        """A text in lines that are no wider than `room`, where its words allow."""
        lines: list[str] = []
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and self.measure(longer, bold=bold, size=size) > room:
                lines.append(line)
                line = word
            else:
                line = longer
        return [*lines, line] if line else lines

    def paragraph(
        self,
        x: float,
        y: float,
        room: float,
        text: str,
        *,
        bold: bool = False,
        size: float | None = None,
        align: Align = "left",
        colour: Rgb = BLACK,
    ) -> float:
        """A text in as many lines as it takes; gives the top of the line below it.

        A word that is wider than the room makes all of it smaller.
        """
        words = [self.measure(word, bold=bold, size=size) for word in text.split()]
        if words and max(words) > room:
            size = (size or self.size) * room / max(words)
        at = x + {"left": 0.0, "center": room / 2, "right": room}[align]
        for line in self.wrapped(text, room, bold=bold, size=size):
            y = self.text(at, y, line, bold=bold, size=size, align=align, colour=colour)
        return y

    def fitting(self, text: str, room: float, size: float, *, bold: bool = False) -> float:
        """A size of at most `size` at which a text is no wider than `room`."""
        long = self.measure(text, bold=bold, size=size)
        return size if long <= room else size * room / long

    def rule(
        self, left: float, y: float, right: float, weight: float = 0.6, colour: Rgb = BLACK
    ) -> None:
        """A horizontal line."""
        self.stroke(left, y, right, y, weight, colour)

    def stroke(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        weight: float = 0.6,
        colour: Rgb = BLACK,
    ) -> None:
        """A line from one point to another."""
        self._canvas.setStrokeColor(Color(*colour))
        self._canvas.setLineWidth(weight)
        self._canvas.line(left, self.height - top, right, self.height - bottom)

    def rectangle(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        *,
        fill: Rgb | None = None,
        border: Rgb | None = None,
        weight: float = 0.6,
        radius: float = 0,
    ) -> None:
        """A rectangle, filled or bordered or both."""
        if fill is not None:
            self._canvas.setFillColor(Color(*fill))
        if border is not None:
            self._canvas.setStrokeColor(Color(*border))
            self._canvas.setLineWidth(weight)
        self._canvas.roundRect(
            left,
            self.height - bottom,
            right - left,
            bottom - top,
            radius,
            stroke=int(border is not None),
            fill=int(fill is not None),
        )

    def ellipse(self, left: float, top: float, right: float, bottom: float, fill: Rgb) -> None:
        """A filled ellipse."""
        self._canvas.setFillColor(Color(*fill))
        self._canvas.ellipse(left, self.height - bottom, right, self.height - top, stroke=0, fill=1)

    def triangle(self, points: tuple[tuple[float, float], ...], fill: Rgb) -> None:
        """A filled polygon."""
        path = self._canvas.beginPath()
        first, *others = points
        path.moveTo(first[0], self.height - first[1])
        for x, y in others:
            path.lineTo(x, self.height - y)
        path.close()
        self._canvas.setFillColor(Color(*fill))
        self._canvas.drawPath(path, stroke=0, fill=1)

    def next_page(self) -> None:
        """Begin another page."""
        self._canvas.showPage()
        self.page += 1

    def pdf(self, title: str, author: str) -> bytes:
        """The document; nothing can be drawn after that."""
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.showPage()
        self._canvas.save()
        return self._buffer.getvalue()
