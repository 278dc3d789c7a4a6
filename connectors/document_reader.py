"""A document from its bytes to an invoice, with how sure each value is and what comes next.

An invoice in the document as XML is taken as it is, and held against the page. Else the words on
the pages are understood, and read by another engine where that may make them sure enough.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import perf_counter

from msgspec import Struct
from msgspec.structs import replace

from connectors.documents import (
    Classified,
    Engines,
    Limits,
    Pages,
    Unreadable,
    classify,
    embedded_invoice,
    read_lines_again,
    read_pages,
)
from connectors.documents.engine import Failed, NotThere
from operators.codes import CREDIT_NOTES
from operators.extraction.confidence import typed_confidences
from operators.extraction.differences import Difference, differences
from operators.extraction.doubtful import doubtful_lines
from operators.extraction.gate import Action, Gates, Step, next_step
from operators.extraction.numbered import NumberedLine, numbered_lines
from operators.extraction.outcome import DocumentRead
from operators.extraction.page import Reader
from operators.extraction.paths import value_at
from operators.extraction.record import DocumentReading, Route, Stage
from operators.extraction.second_reading import confirmed
from operators.extraction.understand import Examined as Explained
from operators.extraction.understand import examined, understand
from operators.extraction.understood import FieldRead, Understood
from operators.invoice import Invoice

EXTRACTOR = "5"
"""Changes whenever the same document may be understood otherwise."""


class Examined(Struct, frozen=True):
    """A document as read, and the pages it was read from."""

    read: DocumentRead
    """What was read."""
    pages: Pages | None
    """The pages, when they were looked at."""
    again: Pages | None = None
    """The same read by another engine, when that was tried."""

    @property
    def readings(self) -> tuple[Pages, ...]:
        """The pages by each engine that has read them."""
        return tuple(each for each in (self.pages, self.again) if each is not None)

    @property
    def lines(self) -> tuple[NumberedLine, ...]:
        """The text of the pages, for those who look for what is not sure."""
        return () if self.pages is None else numbered_lines(each.page for each in self.pages.pages)


class DocumentReader:
    """Reads one document after the other; one is enough for a process."""

    def __init__(self, limits: Limits | None = None, engines: Engines | None = None) -> None:
        """Nothing is loaded before a document needs it."""
        self._limits = limits or Limits()
        self._engines = engines or Engines(seconds=self._limits.page_seconds)

    def read(self, content: bytes, gates: Gates) -> DocumentRead:
        """The invoice in a document; raises Unreadable when there is nothing to read."""
        return self.examine(content, gates).read

    def examine(self, content: bytes, gates: Gates) -> Examined:
        """The same with the pages."""
        clock = _Clock()
        with clock("classify"):
            classified = classify(content, self._limits)
        with clock("embedded"):
            embedded = embedded_invoice(content, classified, self._limits)
        if embedded is None:
            return self._looked_at(content, classified, gates, clock)
        invoice = embedded.reading.invoice
        if classified.kind != "PDF":
            return Examined(_given(invoice, "XML", classified, clock), None)
        pages = self._beside(content, classified, clock)
        if pages is None:
            return Examined(_given(invoice, "EMBEDDED_XML", classified, clock), None)
        with clock("compare"):
            shown = [each.page for each in pages.pages]
            seen = understand(shown, "TEXT_LAYER")
            against = differences(invoice, seen, shown)
        return Examined(_given(invoice, "EMBEDDED_XML", classified, clock, seen, against), pages)

    def _beside(self, content: bytes, classified: Classified, clock: "_Clock") -> Pages | None:
        """The text of a PDF that has its invoice in it; None when it has no text to compare."""
        if not classified.born_digital or classified.pages > self._limits.pages:
            return None
        try:
            pages = read_pages(
                content,
                self._limits,
                self._engines,
                classified=classified,
                without=("TESSERACT", "RAPIDOCR"),
            )
        except (Unreadable, Failed):
            return None
        clock.add(pages)
        return pages

    def _looked_at(
        self, content: bytes, classified: Classified, gates: Gates, clock: "_Clock"
    ) -> Examined:
        pages = read_pages(content, self._limits, self._engines, classified=classified)
        clock.add(pages)
        seen = _understood(pages, clock)
        found = seen.understood
        # What was typed cannot be misread, so that to read it again would say nothing.
        typed = _reader(pages) == "TEXT_LAYER" and classified.born_digital
        tried: list[Action] = ["SECOND_READING"] if typed else []
        step = next_step(found.fields, found.kind, gates, tried)
        again: Pages | None = None
        if step.action == "SECOND_READING":
            tried.append(step.action)
            sure = typed_confidences(seen.evidence)
            again = self._again(content, pages, found, sure, gates, clock)
            if again is not None:
                other = _understood(again, clock).understood
                found = replace(found, fields=confirmed(found, other, sure, again.again))
            step = next_step(found.fields, found.kind, gates, tried)
        route: Route = "TEXT_LAYER" if _reader(pages) == "TEXT_LAYER" else "RASTER"
        reading = DocumentReading(
            route=route,
            kind=found.kind,
            language=found.language,
            pages=classified.pages,
            fields=found.fields,
            stages=clock.stages(),
            extractor=EXTRACTOR,
        )
        return Examined(DocumentRead(found.invoice, reading, step), pages, again)

    def _again(
        self,
        content: bytes,
        pages: Pages,
        found: Understood,
        typed: Mapping[str, float],
        gates: Gates,
        clock: "_Clock",
    ) -> Pages | None:
        """The pages with what is doubtful as another engine reads it; None when there is none."""
        if any(each.looked_at is not None for each in pages.pages):
            seen = [each.page for each in pages.pages]
            lines = doubtful_lines(found.fields, found.kind, typed, seen, gates)
            second = read_lines_again(pages, lines, self._engines, found.language)
        else:
            second = self._whole(content, pages, found.language)
        if second is not None:
            clock.add(second)
        return second

    def _whole(self, content: bytes, pages: Pages, language: str | None) -> Pages | None:
        """Pages with a text layer that was not typed, as an engine reads them."""
        try:
            return read_pages(
                content,
                self._limits,
                self._engines,
                classified=pages.classified,
                without=tuple({each.reader for each in pages.pages}),
                language=language,
            )
        except (Unreadable, Failed, NotThere):
            return None


def _understood(pages: Pages, clock: "_Clock") -> Explained:
    with clock("understand"):
        return examined([each.page for each in pages.pages], _reader(pages))


def _reader(pages: Pages) -> Reader:
    """What has read most of the pages."""
    counts = Counter(each.reader for each in pages.pages)
    return counts.most_common(1)[0][0]


def _given(
    invoice: Invoice,
    route: Route,
    classified: Classified,
    clock: "_Clock",
    seen: Understood | None = None,
    against: Sequence[Difference] = (),
) -> DocumentRead:
    """An invoice that is certain, with where its values stand on the page."""
    fields: tuple[FieldRead, ...] = ()
    if seen is not None:
        fields = tuple(
            FieldRead(found.field, 1.0, "XML", found.page, found.box, found.text)
            for found in seen.fields
            if found.page is not None and _agrees(invoice, seen.invoice, found.field)
        )
    reading = DocumentReading(
        route=route,
        kind="CREDIT_NOTE" if invoice.type_code in CREDIT_NOTES else "INVOICE",
        language=None if seen is None else seen.language,
        pages=classified.pages,
        fields=fields,
        differences=tuple(against),
        stages=clock.stages(),
        extractor=EXTRACTOR,
    )
    return DocumentRead(invoice, reading, Step("ACCEPT"))


def _agrees(invoice: Invoice, seen: Invoice, field: str) -> bool:
    return value_at(invoice, field) is not None and value_at(invoice, field) == value_at(
        seen, field
    )


class _Clock:
    """What each stage takes, in the order in which they came first."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        began = perf_counter()
        try:
            yield
        finally:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + perf_counter() - began

    def add(self, pages: Pages) -> None:
        for stage, seconds in pages.seconds.items():
            self._seconds[stage] = self._seconds.get(stage, 0.0) + seconds

    def stages(self) -> tuple[Stage, ...]:
        return tuple(Stage(name, round(taken * 1e3)) for name, taken in self._seconds.items())
