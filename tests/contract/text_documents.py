"""Documents that are lines of text, read as those of a text layer are, only without a PDF."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from connectors.extracting import Unusable, Wanted
from connectors.remembering import Study
from operators.extraction.gate import Gates, next_step
from operators.extraction.memory_lesson import Lesson, lesson
from operators.extraction.memory_reading import Looked, read_with
from operators.extraction.memory_recall import Memories, recall
from operators.extraction.memory_shown import shown_by
from operators.extraction.outcome import DocumentRead
from operators.extraction.record import DocumentReading
from operators.extraction.understand import understand
from tests.unit.extraction_pages import page_of


class TextDocuments:
    """Stands in for reading documents: each says the text that it is given."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def read(
        self, wanted: Sequence[Wanted], memories: Memories, /
    ) -> Sequence[DocumentRead | Unusable]:
        return [self._read(each, memories) for each in wanted]

    def study(self, study: Study, /) -> Lesson:
        looked = self._looked(study.words.decode())
        return lesson(
            looked.pages, looked.reader, study.read, study.corrected, study.memory, study.sure
        )

    def _looked(self, uri: str) -> Looked:
        return Looked("TEXT_LAYER", (page_of(self._texts[uri]),))

    def _read(self, wanted: Wanted, memories: Memories) -> DocumentRead:
        looked = self._looked(wanted.document.uri)
        found = understand(looked.pages, looked.reader)
        reading = DocumentReading(
            route="TEXT_LAYER", kind=found.kind, fields=found.fields, extractor="1"
        )
        step = next_step(found.fields, found.kind, Gates(), ("SECOND_READING", "MODEL"))
        read = DocumentRead(found.invoice, reading, step)
        shown = shown_by(looked.pages, looked.reader, found)
        recalled = recall(shown, memories, wanted.vendor_id)
        if recalled is not None:
            read = read_with(read, [looked], recalled, Gates())
        return replace(read, words=wanted.document.uri.encode())
