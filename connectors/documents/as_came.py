"""The pages of a document as they came, before anything was straightened: what people look at."""

from collections.abc import Iterator
from typing import get_args

import pypdfium2

from connectors.documents.classify import Classified
from connectors.documents.image import ImageKind
from connectors.documents.limits import Limits
from connectors.documents.pdf import opened
from connectors.documents.raster import Raster, decoded, rendered
from connectors.einvoice import Unreadable


def pages_as_came(content: bytes, classified: Classified, limits: Limits) -> Iterator[Raster]:
    """An image of each page; none of what has no pages. Raises Unreadable for a damaged page."""
    if classified.kind == "PDF":
        limits.check_pages(classified.pages)
        with opened(content, limits, checked=True) as document:
            for number in range(len(document)):
                try:
                    yield rendered(document, number, limits)
                except pypdfium2.PdfiumError:
                    raise Unreadable(
                        "damaged", f"Page {number + 1} of the PDF cannot be drawn."
                    ) from None
    elif classified.kind in get_args(ImageKind):
        kind: ImageKind = classified.kind  # type: ignore[assignment]  # no other kind comes here
        yield from decoded(content, kind, limits)
