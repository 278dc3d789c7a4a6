"""Reading of documents that is measured: its stages, how sure it is, and what it makes of them.

Counted as documents are read. One that is read again after a crash was read twice.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors import catalogue
from connectors.extracting import Documents, Unusable, Wanted
from connectors.language_model import LanguageModel
from connectors.measures import Measures
from connectors.model_reply import Reply
from connectors.remembering import Study
from operators.extraction.asking import Question
from operators.extraction.memory_lesson import Lesson
from operators.extraction.memory_recall import Memories
from operators.extraction.outcome import DocumentRead
from operators.extraction.record import DocumentReading
from operators.money import ONE
from operators.time import Instant

_BUDGET: Mapping[str, float] = {
    "classify": 0.05,
    "embedded": 0.02,
    "compare": 0.06,
    "text_layer": 0.06,
    "raster": 0.3,
    "preprocess": 0.3,
    "tesseract": 1.0,
    "rapidocr": 1.5,
    "understand": 0.1,
    "model": 30.0,
}
"""Seconds that a stage should take; of those that look at pages, for each page."""
_OF_PAGES = frozenset({"text_layer", "raster", "preprocess", "tesseract", "rapidocr"})
_REASONS = frozenset({"hung", "died", "memory"})


class MeasuredDocuments:
    """The same documents, with what reading them takes counted."""

    def __init__(self, documents: Documents, measures: Measures, flow: str) -> None:
        """Measure what `documents` read."""
        self._documents = documents
        self._measures = measures
        self._flow = flow

    def read(
        self, wanted: Sequence[Wanted], memories: Memories, /
    ) -> Sequence[DocumentRead | Unusable]:
        """What came of documents, in their order."""
        found = self._documents.read(wanted, memories)
        for each in found:
            if isinstance(each, Unusable):
                self._count("none", each.reason)
            else:
                self._measure(each)
        return found

    def study(self, study: Study, /) -> Lesson:
        """What a corrected document teaches."""
        return self._documents.study(study)

    def _count(self, route: str, outcome: str) -> None:
        self._measures.add(catalogue.EXTRACTION_DOCUMENTS, 1, self._flow, route, outcome)

    def _measure(self, read: DocumentRead) -> None:
        measures, flow, reading = self._measures, self._flow, read.reading
        self._count(reading.route, "accepted" if read.step.action == "ACCEPT" else "review")
        sure = [field.confidence for field in reading.fields]
        measures.observe(catalogue.EXTRACTION_CONFIDENCE, sure, flow, reading.route)
        if all(stage.name != "classify" for stage in reading.stages):
            measures.add(catalogue.EXTRACTION_CACHED, 1, flow)
        self._stages(reading)

    def _stages(self, reading: DocumentReading) -> None:
        measures, flow = self._measures, self._flow
        for stage in reading.stages:
            seconds = stage.milliseconds / 1_000
            measures.observe(catalogue.EXTRACTION_STAGE_DURATION, (seconds,), flow, stage.name)
            pages = max(1, reading.pages) if stage.name in _OF_PAGES else 1
            if seconds > _BUDGET.get(stage.name, 1.0) * pages:
                measures.add(catalogue.EXTRACTION_OVER_BUDGET, 1, flow, stage.name)
        if reading.stages:
            whole = sum(stage.milliseconds for stage in reading.stages) / 1_000
            measures.observe(catalogue.EXTRACTION_DURATION, (whole,), flow, reading.route)


def attempt_failed(measures: Measures, flow: str, reason: str) -> None:
    """Count an attempt to read a document that has failed; exceptions are one reason."""
    known = reason if reason in _REASONS else "raised"
    measures.add(catalogue.EXTRACTION_ATTEMPTS_FAILED, 1, flow, known)


class MeasuredModel(LanguageModel):
    """The same language model, with what asking it takes counted. Threads may share it."""

    def __init__(self, measures: Measures, flow: str, *given: Any) -> None:
        """`given`: as the model takes it."""
        super().__init__(*given)
        self._measures = measures
        self._flow = flow
        # The first question is a rise as well.
        measures.begin(catalogue.MODEL_COST, flow, self._settings.name, self._settings.currency)

    def ask(self, question: Question, at: Instant, spent: int = 0) -> Reply:
        """Ask about a document."""
        reply = super().ask(question, at, spent)
        measures, flow, name = self._measures, self._flow, self._settings.name
        measures.add(catalogue.MODEL_CALLS, 1, flow, name, reply.absence or "answered")
        if not reply.attempts:
            return reply
        measures.observe(catalogue.MODEL_CALL_DURATION, (reply.seconds,), flow, name)
        usage = reply.usage
        tokens = {
            "input": usage.tokens_in,
            "output": usage.tokens_out,
            "cache_read": usage.tokens_cached,
            "cache_write": usage.tokens_written,
        }
        for direction, count in tokens.items():
            measures.add(catalogue.MODEL_TOKENS, count, flow, name, direction)
        currency = self._settings.currency
        measures.add(catalogue.MODEL_COST, reply.cost / ONE, flow, name, currency)
        return reply
