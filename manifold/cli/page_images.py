"""Images of documents' pages, with what was read on them, in a folder."""

from pathlib import Path
from typing import TYPE_CHECKING

from connectors.einvoice import Unreadable
from manifold.cli.output import Failed, complain
from operators.extraction.gate import Gates

if TYPE_CHECKING:
    from connectors.document_reader import Examined


_QUICKLY = 1
"""Of zlib: the noise of a scan takes a second at its usual level."""


class PageImages:
    """Writes `invoice-1.png` for the first page of `invoice.pdf`, and so on."""

    def __init__(self, folder: str) -> None:
        """Nothing is made before there is an image."""
        self._folder = Path(folder)
        self._written: dict[str, list[str]] = {}

    def of(self, file: str) -> list[str]:
        """Where the images of a file are."""
        return self._written.get(file, [])

    def write(self, file: str, content: bytes, examined: "Examined") -> None:
        """Write the pages of a document that was looked at; says so when there is none to draw.

        Raises Failed when the folder takes no files.
        """
        from connectors.explaining import drawn_pages

        written: list[str] = []
        stem = self._stem(file)
        try:
            for number, image in enumerate(drawn_pages(content, examined, Gates()), 1):
                self._folder.mkdir(parents=True, exist_ok=True)
                path = self._folder / f"{stem}-{number}.png"
                image.save(path, compress_level=_QUICKLY)
                written.append(str(path))
        except OSError as error:
            raise Failed(f"{self._folder}: no image can be written: {error.strerror}") from None
        except Unreadable as unreadable:
            complain(f"{file}: {unreadable}")
        if not written:
            complain(f"{file}: nothing is drawn: no page was looked at")
        self._written[file] = written

    def _stem(self, file: str) -> str:
        """A name that no other file of this call has had."""
        stem = "stdin" if file == "-" else Path(file).stem
        taken = {path for paths in self._written.values() for path in paths}
        named, times = stem, 1
        while str(self._folder / f"{named}-1.png") in taken:
            times += 1
            named = f"{stem}~{times}"
        return named
