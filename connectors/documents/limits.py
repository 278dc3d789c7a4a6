"""How much of a document is worked on at most, and what is said when it is more."""

from msgspec import Struct

from connectors.einvoice import Unreadable


class Limits(Struct, frozen=True):
    """Bounds of the work that one document can cause."""

    content_bytes: int = 25_000_000
    """Bytes of a document."""
    xml_bytes: int = 10_000_000
    """Bytes of an XML document, or of one in a PDF."""
    pages: int = 50
    """Pages of a document whose words are read."""
    pixels: int = 60_000_000
    """Pixels of an image, as its header says."""
    stream_bytes: int = 200_000_000
    """Bytes that one compressed stream of a PDF may become: 60 million pixels in colour."""
    streams_bytes: int = 1_000_000_000
    """Bytes that all of them may become together."""
    attachments: int = 100
    """Attachments of a PDF that are looked at."""
    dpi: int = 200
    """Resolution that pages are rendered at for an OCR engine."""
    worked_pixels: int = 9_000_000
    """Pixels of a page that is prepared and read; larger ones are made smaller."""
    page_seconds: float = 30.0
    """Seconds that an OCR engine outside of this process may take for a page."""

    def check_content(self, size: int) -> None:
        """Raises Unreadable for a document of too many bytes."""
        if size > self.content_bytes:
            raise Unreadable(
                "too_large",
                f"The document has {_megabytes(size)}, and at most"
                f" {_megabytes(self.content_bytes)} are read. Send it smaller, or in parts.",
            )

    def check_xml(self, size: int) -> None:
        """Raises Unreadable for XML of too many bytes."""
        if size > self.xml_bytes:
            raise Unreadable(
                "too_large",
                f"The XML has {_megabytes(size)}, and at most {_megabytes(self.xml_bytes)} are"
                " read. Send it without what is embedded in it.",
            )

    def check_pages(self, pages: int) -> None:
        """Raises Unreadable for a document of too many pages."""
        if pages > self.pages:
            raise Unreadable(
                "too_many_pages",
                f"The document has {pages} pages, and at most {self.pages} are read."
                " Send the invoice without the rest.",
            )

    def check_pixels(self, width: int, height: int) -> None:
        """Raises Unreadable for an image of too many pixels."""
        if width * height > self.pixels:
            raise Unreadable(
                "too_large",
                f"An image has {width} × {height} pixels, and at most"
                f" {self.pixels // 1_000_000} million are read. Save it at 300 dots per inch.",
            )

    def check_streams(self, largest: int, together: int) -> None:
        """Raises Unreadable for a PDF whose streams become too many bytes."""
        if largest > self.stream_bytes or together > self.streams_bytes:
            raise Unreadable(
                "too_large",
                f"Unpacked, a part of the PDF has more than {_megabytes(self.stream_bytes)}, or all"
                f" of them more than {_megabytes(self.streams_bytes)}. That is no invoice: print it"
                " to a new PDF.",
            )


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.3g} MB"
