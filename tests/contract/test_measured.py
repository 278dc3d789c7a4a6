"""Measuring changes nothing of what a flow does, and counts what it has done."""

from collections import Counter
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from connectors import catalogue
from connectors.measured import Measured
from connectors.measures import Measures
from connectors.metric import Metric
from connectors.settings import Settings, Telemetry
from connectors.spans import Span, Spans
from connectors.stream import Batch, CaughtUp, Outgoing, Received, Removed
from flows import BRANCHES, FLOWS, JOIN
from operators.decision import InvoiceDecision
from operators.extraction.memory import VendorMemory
from operators.review import InvoiceReviewCompleted
from tests.contract.flow_run import MemoryRuntime, run, whole_pipeline, written
from tests.contract.generated_records import (
    AT,
    CODEC,
    CONTRACTS,
    decoded,
    inputs_of,
    sent,
)

DAY = 86_400_000


def measured(
    flow: str, records: list[Received], *others: CaughtUp
) -> tuple[Measures, list[Outgoing]]:
    """What a measured flow has counted, its epochs being committed a second later, and written."""
    runtime = MemoryRuntime(flow, [Batch(0, AT, records), *others], reference=True)
    made = Measured(flow, Settings(telemetry=Telemetry(port=0)))
    runtime.made = made
    run(runtime)
    made.telemetry.epoch.committed(AT + 1_000)
    return made.telemetry.measures, [each for epoch in runtime.written for each in epoch]


def series(measures: Measures, metric: Metric) -> dict[tuple[str, ...], float]:
    """The values of a metric by its labels, without the flow; of a histogram the counts."""
    return {
        tuple(value for name, value in sample.labels.items() if name != "flow"): sample.value
        for family in measures.collect()
        for sample in family.samples
        if sample.name in (metric.name, f"{metric.name}_count")
    }


def inputs(flow: str) -> list[Received]:
    return inputs_of(flow, whole_pipeline())


@pytest.mark.parametrize("flow", FLOWS)
def test_a_measured_flow_writes_the_same_and_counts_it(flow: str) -> None:
    measures, found = measured(flow, inputs(flow))
    assert found == written(flow, inputs(flow))
    counted = series(measures, catalogue.RECORDS_WRITTEN)
    topics = Counter(each.topic for each in found)
    assert counted == {(topic,): count for topic, count in topics.items()}


@pytest.mark.parametrize("flow", FLOWS)
def test_every_step_of_ours_is_timed(flow: str) -> None:
    measures, _ = measured(flow, inputs(flow))
    steps = {name for (name,) in series(measures, catalogue.STEP_SECONDS)}
    assert "decode" in steps
    assert len(steps) >= 3, "reading, judging and writing at least"


@pytest.mark.parametrize("flow", BRANCHES)
def test_answers_are_counted_by_status_with_their_latency(flow: str) -> None:
    measures, found = measured(flow, inputs(flow))
    statuses = Counter(decoded(each).status for each in found)
    assert series(measures, catalogue.ANSWERS) == {
        (flow, status): count for status, count in statuses.items()
    }
    assert series(measures, catalogue.BRANCH_LATENCY) == {(flow,): len(found)}


def test_decisions_are_counted_by_what_they_rest_on() -> None:
    measures, found = measured(JOIN, inputs(JOIN))
    topic = CONTRACTS.topic_of(InvoiceDecision).name
    decisions = [decoded(each) for each in found if each.topic == topic]
    first = [each for each in decisions if each.revision == 1]
    counted = series(measures, catalogue.DECISIONS)
    assert sum(counted.values()) == len(decisions)
    assert sum(n for (*_, revision), n in counted.items() if revision == "first") == len(first)
    assert {reason for _, reason, _ in counted} >= {"answers", "person"}
    assert series(measures, catalogue.DECISION_LATENCY) == {(): len(first)}
    assert sum(series(measures, catalogue.REVIEWS_REQUESTED).values()) > 0
    assert sum(series(measures, catalogue.REVIEWS_COMPLETED).values()) > 0
    assert series(measures, catalogue.REVIEW_DURATION)[()] > 0


def test_deadlines_and_what_comes_after_them() -> None:
    every = inputs(JOIN)
    late = [each for each in every if each.topic == "invoice.fraud.result"][:3]
    without = [each for each in every if each not in late]
    measures, _ = measured(JOIN, without, CaughtUp(0, AT + DAY // 24, AT + DAY // 24))
    assert series(measures, catalogue.DEADLINES_FIRED) == {(): 3}
    assert series(measures, catalogue.ANSWERS_MISSING) == {("fraud",): 3}
    assert {reason for _, reason, _ in series(measures, catalogue.DECISIONS)} >= {"deadline"}


def test_an_answer_that_is_there_already_is_a_duplicate() -> None:
    answers = [each for each in inputs(JOIN) if each.topic == "invoice.fraud.result"]
    again = [replace(each, offset=each.offset + 1_000) for each in answers]
    measures, _ = measured(JOIN, [*inputs(JOIN), *again])
    duplicates = series(measures, catalogue.DUPLICATES_IGNORED)
    assert duplicates["invoice.fraud.result",] == len(again)


def test_answers_to_what_was_cancelled_are_late_and_no_deadline_has_passed() -> None:
    every = inputs(JOIN)
    (first, *later) = [each for each in every if each.key == every[0].key][:4]
    assert first.key is not None
    taken_back = InvoiceReviewCompleted(
        request_id=first.key.decode(),
        revision=1,
        outcome="REJECTED",
        reviewer="shop",
        reason="Sent twice.",
        completed_at=AT,
        cancelled=True,
    )
    measures, _ = measured(JOIN, [first, sent(taken_back, 7), *later])
    assert series(measures, catalogue.LATE_RESULTS)["ignored",] == 3
    assert sum(series(measures, catalogue.DUPLICATES_IGNORED).values()) == 0
    assert sum(series(measures, catalogue.DEADLINES_FIRED).values()) == 0
    assert series(measures, catalogue.DECISIONS) == {("REJECTED", "person", "first"): 1}


@pytest.mark.parametrize("flow", FLOWS)
def test_dead_letters_are_counted_by_topic_and_reason(flow: str) -> None:
    first = inputs(flow)[0]
    garbled = replace(first, value=b"garbled", offset=999_001)
    empty = replace(first, value=None, offset=999_002)
    measures, _ = measured(flow, [garbled, empty, first])
    counted = series(measures, catalogue.DEAD_LETTERS)
    assert counted == {(first.topic, "not_framed"): 1, (first.topic, "empty"): 1}


class Taken:
    """Takes spans."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def export(self, spans: Sequence[Span], /) -> None:
        self.spans += spans

    def close(self) -> None:
        """There is nothing to send."""


def test_what_is_taken_back_is_counted_and_has_no_span() -> None:
    made, taken = Measured("extract", Settings(telemetry=Telemetry(port=0))), Taken()
    made.telemetry.epoch.spans = Spans("extract", taken, 1.0, 1)
    wire = made.wire("extract", CONTRACTS, CODEC, ())
    [gone] = wire.encode_all([Removed(VendorMemory, "v-1")], AT)
    assert (gone.key, gone.value) == (b"v-1", None)
    made.telemetry.epoch.committed(AT)
    counted = series(made.telemetry.measures, catalogue.RECORDS_WRITTEN)
    assert counted == {("reference.vendor_memory",): 1}
    assert not taken.spans
