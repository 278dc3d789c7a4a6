"""Documents made for tests: PDFs and images of a small invoice."""

import zlib
from collections.abc import Callable, Sequence
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, NameObject
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

LINES = (
    "Seller AG, Main Street 1, 50667 Cologne",
    "Invoice number R-4711 of 12 March 2024",
    "Nails, galvanised, 500 pieces 49.00",
    "Screws, countersunk, 200 pieces 51.00",
    "Delivery to the warehouse in Hamburg 10.00",
    "Net amount 110.00",
    "Value added tax 19 % 20.90",
    "Total amount 130.90 EUR",
    "Please pay within thirty days without deduction",
)


ON_TABLE = ((300, 260), (1500, 200), (1600, 1900), (180, 1820))
"""Where the corners of the page are in the photo of it on a table."""


def pdf(
    draw: Callable[[Canvas], object], *, size: tuple[float, float] = A4, rotate: int = 0
) -> bytes:
    """A PDF of one page that `draw` draws."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=size, pageCompression=1)
    if rotate:
        canvas.setPageRotation(rotate)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def written(canvas: Canvas, lines: Sequence[str] = LINES) -> None:
    """Lines of text from the top of the page."""
    for number, line in enumerate(lines):
        canvas.drawString(72, 770 - 20 * number, line)


def invoice_pdf() -> bytes:
    """A PDF with the invoice as text."""
    return pdf(written)


def attached(
    content: bytes, files: Sequence[tuple[str, bytes]], *, listed: bool = True, password: str = ""
) -> bytes:
    """A PDF with files attached: in its list of embedded files, or only in `/AF`."""
    writer = PdfWriter(clone_from=BytesIO(content))
    for name, data in files:
        writer.add_attachment(name, data)
    if not listed:
        files_list = writer.root_object["/Names"]["/EmbeddedFiles"]["/Names"]  # type: ignore[index]  # there in what was just written
        writer.root_object[NameObject("/AF")] = ArrayObject(files_list[1::2])
        del writer.root_object["/Names"]
    if password:
        writer.encrypt(user_password="", owner_password=password)
    return saved(writer)


def encrypted(content: bytes, user: str) -> bytes:
    """A PDF that asks for a password; with an empty one it only forbids things."""
    writer = PdfWriter(clone_from=BytesIO(content))
    writer.encrypt(user_password=user, owner_password="owner", algorithm="AES-256")
    return saved(writer)


def pages(count: int) -> bytes:
    """A PDF of many pages."""
    file = BytesIO()
    canvas = Canvas(file)
    for number in range(count):
        canvas.drawString(72, 700, f"Page {number + 1} of a catalogue")
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def saved(writer: PdfWriter) -> bytes:
    """What a writer writes."""
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def with_stream(data: bytes, entries: str, content: bytes = b"BT ET") -> bytes:
    """A PDF by hand whose page's content is a stream of these bytes."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        b"<<%s/Length %d>>stream\n%s\nendstream" % (entries.encode(), len(data), data),
    ]
    file = bytearray(b"%PDF-1.7\n")
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj%s endobj\n" % (number, each)
    start = len(file)
    file += b"xref\n0 5\n0000000000 65535 f \n"
    for place in places:
        file += b"%010d 00000 n \n" % place
    file += b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start
    return bytes(file)


def zeros(size: int) -> bytes:
    """So many zeros, compressed a thousand times."""
    packer = zlib.compressobj(9)
    piece = bytes(1_000_000)
    packed = [packer.compress(piece) for _ in range(size // len(piece))]
    return b"".join([*packed, packer.flush()])


def picture(
    *, size: tuple[int, int] = (1654, 2339), lines: Sequence[str] = LINES, letters: int = 34
) -> Image.Image:
    """An A4 page at 200 dpi with the invoice on it."""
    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(letters)
    for number, line in enumerate(lines):
        draw.text((150, 200 + number * letters * 2), line, 0, font=font)
    return image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """An image file."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def scanned_pdf(image: Image.Image, draw: Callable[[Canvas], object] | None = None) -> bytes:
    """A PDF whose page is an image, and what is drawn upon it."""

    def page(canvas: Canvas) -> None:
        canvas.drawInlineImage(image, 0, 0, *A4)
        if draw:
            draw(canvas)

    return pdf(page)


def on_table(image: Image.Image) -> npt.NDArray[np.uint8]:
    """A photo of the page on a dark table, taken from an angle."""
    import cv2

    width, height = image.size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array(ON_TABLE, np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    photo = cv2.warpPerspective(
        np.array(image), matrix, (1800, 2100), flags=cv2.INTER_AREA, borderValue=(60.0,)
    )
    return np.asarray(photo, np.uint8)
