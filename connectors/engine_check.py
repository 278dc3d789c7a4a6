"""Which OCR engines a worker finds, loaded as for a page."""

from msgspec import Struct

from connectors.documents import Engines, NotThere


class Ask(Struct, frozen=True):
    """The question."""


class EnginesThere(Struct, frozen=True):
    """Why an engine is not there, None when it is."""

    tesseract: str | None = None
    rapidocr: str | None = None


def engines_there(_: Ask) -> EnginesThere:
    """Load the engines."""
    engines = Engines()
    tesseract = None if engines.tesseract is not None else _NO_TESSERACT
    try:
        engines.rapidocr  # noqa: B018 - loads it
    except NotThere as missing:
        return EnginesThere(tesseract, str(missing))
    return EnginesThere(tesseract)


_NO_TESSERACT = "it or its languages are missing: install it with deploy/documents/requirements"
