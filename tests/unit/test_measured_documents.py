"""What reading documents takes, counted."""

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from connectors import catalogue
from connectors.extracting import Unusable, Wanted
from connectors.measured_documents import MeasuredDocuments, MeasuredModel, attempt_failed
from connectors.measures import Measures
from connectors.model_budget import MemoryBudget
from connectors.model_settings import Model
from connectors.remembering import Study
from operators.extraction.gate import Gates, Step
from operators.extraction.memory_lesson import Lesson
from operators.extraction.memory_recall import Memories
from operators.extraction.outcome import DocumentRead
from operators.extraction.record import DocumentReading, Stage
from operators.extraction.understood import FieldRead
from operators.invoice import Invoice, Party, Totals
from operators.money import ONE
from operators.upload import Document
from tests.messages_server import MessagesServer, fails, says
from tests.unit.model_asked import COST, GOOD, KEY, PLENTY, USAGE, asked

WANTED = Wanted(Document("a.pdf", "application/pdf", "0" * 64), Gates())
NOTHING = Memories({}, {})
READ = DocumentRead(
    Invoice(seller=Party(), buyer=Party(), totals=Totals()),
    DocumentReading(
        route="RASTER",
        kind="INVOICE",
        pages=2,
        fields=(FieldRead("number", 0.97, "RAPIDOCR"), FieldRead("currency", 0.6, "RAPIDOCR")),
        stages=(Stage("classify", 10), Stage("preprocess", 500), Stage("rapidocr", 4_000)),
        extractor="1",
    ),
    Step("PERSON", ("currency",)),
)


class Documents:
    def __init__(self, *found: DocumentRead | Unusable) -> None:
        self._found = found

    def read(
        self, wanted: Sequence[Wanted], memories: Memories, /
    ) -> Sequence[DocumentRead | Unusable]:
        return self._found

    def study(self, study: Study, /) -> Lesson:
        return Lesson()


def measured(*found: DocumentRead | Unusable) -> Measures:
    measures = Measures()
    documents = MeasuredDocuments(Documents(*found), measures, "extract")
    assert documents.read([WANTED] * len(found), NOTHING) == found
    return measures


def counts(measures: Measures, metric: Any) -> dict[tuple[str, ...], float]:
    return {
        tuple(value for name, value in sample.labels.items() if name != "flow"): sample.value
        for family in measures.collect()
        for sample in family.samples
        if sample.name in (metric.name, f"{metric.name}_count")
    }


def test_stages_are_told_and_those_that_take_longer_than_they_should() -> None:
    measures = measured(READ)
    durations = counts(measures, catalogue.EXTRACTION_STAGE_DURATION)
    assert durations == {("classify",): 1, ("preprocess",): 1, ("rapidocr",): 1}
    # Two pages may take twice as long: of preprocessing that is 0.6 s, of reading 3 s.
    assert counts(measures, catalogue.EXTRACTION_OVER_BUDGET) == {("rapidocr",): 1}
    assert counts(measures, catalogue.EXTRACTION_DURATION) == {("RASTER",): 1}
    assert counts(measures, catalogue.EXTRACTION_CONFIDENCE) == {("RASTER",): 2}


def test_outcomes_are_told_by_route_and_reason() -> None:
    accepted = replace(READ, step=Step("ACCEPT"))
    measures = measured(READ, accepted, Unusable("poison", "it hangs"))
    assert counts(measures, catalogue.EXTRACTION_DOCUMENTS) == {
        ("RASTER", "review"): 1,
        ("RASTER", "accepted"): 1,
        ("none", "poison"): 1,
    }


def test_what_was_known_already_has_taken_no_time() -> None:
    measures = measured(replace(READ, reading=replace(READ.reading, stages=())))
    assert counts(measures, catalogue.EXTRACTION_CACHED) == {(): 1}
    assert not counts(measures, catalogue.EXTRACTION_DURATION)
    assert not counts(measured(READ), catalogue.EXTRACTION_CACHED)


@pytest.mark.parametrize(
    ("reason", "told"), [("hung", "hung"), ("memory", "memory"), ("ZeroDivisionError", "raised")]
)
def test_attempts_that_fail_are_told_by_few_reasons(reason: str, told: str) -> None:
    measures = Measures()
    attempt_failed(measures, "extract", reason)
    assert counts(measures, catalogue.EXTRACTION_ATTEMPTS_FAILED) == {(told,): 1}


def test_questions_to_the_model_tell_tokens_and_cost() -> None:
    measures = Measures()
    with MessagesServer(says(GOOD), fails(400, "invalid_request_error")) as server:
        settings = Model(url=server.url, api_key=SecretStr(KEY), attempts=1)
        model = MeasuredModel(measures, "extract", settings, MemoryBudget(PLENTY))
        assert model.ask(asked(), 0).answer is not None
        assert model.ask(asked(), 0).answer is None
        model.close()
    name = settings.name
    calls = counts(measures, catalogue.MODEL_CALLS)
    assert calls.pop((name, "answered")) == 1
    assert sum(calls.values()) == 1
    assert counts(measures, catalogue.MODEL_TOKENS) == {
        (name, "input"): USAGE.tokens_in,
        (name, "output"): USAGE.tokens_out,
        (name, "cache_read"): USAGE.tokens_cached,
        (name, "cache_write"): USAGE.tokens_written,
    }
    assert counts(measures, catalogue.MODEL_COST) == {(name, "USD"): COST / ONE}
    assert counts(measures, catalogue.MODEL_CALL_DURATION) == {(name,): 2}


def test_a_question_that_is_not_asked_costs_nothing() -> None:
    measures = Measures()
    model = MeasuredModel(measures, "extract", Model(), MemoryBudget(PLENTY))
    model.ask(asked(), 0)
    assert counts(measures, catalogue.MODEL_CALLS) == {(Model().name, "no_key"): 1}
    assert not counts(measures, catalogue.MODEL_CALL_DURATION)
