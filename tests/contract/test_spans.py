"""One trace shows an upload on its way through the flows, at a collector of the test's own."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from connectors.measured import Measured
from connectors.otlp import OtlpExporter
from connectors.settings import Settings, Telemetry
from connectors.spans import Span as Told
from connectors.stream import Batch, Received
from flows import BRANCHES
from tests.collector import Collector
from tests.contract.flow_run import MemoryRuntime, run, whole_pipeline
from tests.contract.generated_records import AT, TRACE, inputs_of

RESULTS = [f"invoice.{branch}.result" for branch in BRANCHES]
PRODUCER = bytes.fromhex("b7ad6b7169203331")


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


def traced(
    flow: str, collector: Collector, records: list[Received], share: float = 1.0, slow: float = 30
) -> list[Span]:
    """The spans that a flow has sent, when it has ended."""
    runtime = MemoryRuntime(flow, [Batch(0, AT, records)], reference=True)
    settings = Telemetry(otlp_url=collector.traces, trace_share=share, trace_slow=slow)  # type: ignore[arg-type]  # seconds, as settings have them
    made = Measured(flow, Settings(telemetry=settings))
    runtime.made = made
    close = made.served(settings)
    run(runtime)
    made.telemetry.epoch.committed(AT + 1_000)
    close()
    return collector.spans.get(flow, [])


def written(span: Span) -> str:
    """The topic of what was written."""
    [found] = [each for each in span.attributes if each.key == "manifold.written"]
    return str(found.value.string_value)


def inputs(flow: str) -> list[Received]:
    return inputs_of(flow, whole_pipeline())


def test_a_trace_goes_from_upload_over_branches_to_decision_and_notification(
    collector: Collector,
) -> None:
    flows = ("extract", *BRANCHES, "decide", "collect")
    spans = {flow: traced(flow, collector, inputs(flow)) for flow in flows}
    every = {span.span_id: span for those in spans.values() for span in those}
    assert {span.trace_id.hex().encode() for span in every.values()} == {TRACE}
    # Those that ask people also send on what these have corrected, and decide what they refuse.
    asking = {span.span_id for flow in ("extract", "decide") for span in spans[flow]}
    for branch in BRANCHES:
        parents = {span.parent_span_id for span in spans[branch] if "uploaded" in span.name}
        assert PRODUCER in parents
        assert parents - {PRODUCER} <= asking
    decided = [span for span in spans["decide"] if ".result" in span.name]
    assert decided
    assert all(every[span.parent_span_id].name.startswith("process invoice.") for span in decided)
    decisions = [span for span in decided if written(span) == "invoice.decision"]
    complete = [span for span in decisions if span.links]
    assert complete == decisions
    for span in complete:
        followed = [span.parent_span_id, *(link.span_id for link in span.links)]
        assert sorted(written(every[each]) for each in followed) == sorted(RESULTS)
        assert {link.trace_id.hex().encode() for link in span.links} == {TRACE}
    others = [span for those in spans.values() for span in those if span not in complete]
    assert not [span for span in others if span.links]
    told = [span for span in spans["collect"] if span.name == "process invoice.decision"]
    assert {span.parent_span_id for span in told} <= asking
    for span in every.values():
        assert span.kind == Span.SPAN_KIND_CONSUMER
        assert span.start_time_unix_nano <= span.end_time_unix_nano == (AT + 1_000) * 1_000_000


def test_in_one_process_a_decision_follows_from_its_upload_and_links_to_all_four_answers(
    collector: Collector,
) -> None:
    spans = traced("fused", collector, inputs("validation"))
    every = {span.span_id: span for span in spans}
    complete = [span for span in spans if written(span) == "invoice.decision" and span.links]
    assert complete
    for span in complete:
        assert "uploaded" in span.name or "ocr" in span.name
        linked = [written(every[link.span_id]) for link in span.links]
        assert sorted(linked) == sorted(RESULTS)
        assert {every[link.span_id].name for link in span.links} == {span.name}


def test_an_answer_whose_span_was_made_in_another_way_is_linked_to_nothing(
    collector: Collector,
) -> None:
    answers = [each for each in inputs("decide") if ".result" in each.topic]
    strange = [
        replace(each, headers=[pair for pair in each.headers if pair[0] != "ce_source"])
        for each in answers
    ]
    garbled = [replace(each, value=b"garbled", offset=each.offset + 5_000) for each in answers[:3]]
    spans = traced("decide", collector, [*strange, *garbled])
    assert [span for span in spans if written(span) == "invoice.decision"]
    assert not [span for span in spans if span.links]


def test_a_span_says_where_its_record_is_and_nothing_of_what_stands_in_it(
    collector: Collector,
) -> None:
    [upload, *_] = inputs("fraud")
    [span] = traced("fraud", collector, [upload])
    said = {each.key: each.value.string_value or each.value.int_value for each in span.attributes}
    assert said == {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.consumer.group.name": "fraud",
        "messaging.destination.name": upload.topic,
        "messaging.destination.partition.id": str(upload.partition),
        "messaging.kafka.offset": upload.offset,
        "manifold.written": "invoice.fraud.result",
    }


def test_of_a_share_all_flows_tell_the_same_traces(collector: Collector) -> None:
    [upload] = inputs("fraud")[:1]

    def of(trace: int) -> Received:
        header = f"00-{trace:032x}-b7ad6b7169203331-01".encode()
        return replace(upload, headers=[("traceparent", header)])

    records = [of((number << 56) + 7) for number in range(1, 256)]
    fraud = {span.trace_id for span in traced("fraud", collector, records, 0.25)}
    pricing = {span.trace_id for span in traced("pricing", collector, records, 0.25)}
    assert fraud == pricing
    assert len(fraud) == 63


def test_what_its_producer_does_not_tell_is_not_told(collector: Collector) -> None:
    header = b"00-%b-b7ad6b7169203331-00" % TRACE
    upload = replace(inputs("fraud")[0], headers=[("traceparent", header)])
    assert not traced("fraud", collector, [upload])


def test_what_goes_wrong_or_takes_long_is_always_told(collector: Collector) -> None:
    upload = inputs("fraud")[0]
    garbled = replace(upload, value=b"garbled", offset=999)
    [span] = traced("fraud", collector, [garbled], share=0.0)
    assert span.status.code == Status.STATUS_CODE_ERROR
    assert span.status.message == "not_framed"
    slow = replace(upload, timestamp=AT - 60_000)
    collector.spans.clear()
    [span] = traced("fraud", collector, [slow], share=0.0)
    assert span.status.code == Status.STATUS_CODE_UNSET
    collector.spans.clear()
    assert not traced("fraud", collector, [upload], share=0.0)


def test_a_command_of_ours_that_begins_a_trace_is_told_with_it(collector: Collector) -> None:
    upload = inputs("validation")[0]
    headers = [
        ("traceparent", b"00-%b-b7ad6b7169203331-01" % TRACE),
        ("ce_source", b"/manifold/submit"),
    ]
    first, second = traced("validation", collector, [replace(upload, headers=headers)])
    assert (first.name, second.name) == (f"process {upload.topic}", f"send {upload.topic}")
    assert first.parent_span_id == second.span_id
    assert not second.parent_span_id
    assert second.kind == Span.SPAN_KIND_PRODUCER


def test_an_epoch_that_is_given_up_tells_nothing(collector: Collector) -> None:
    settings = Telemetry(otlp_url=collector.traces, trace_share=1.0)
    runtime = MemoryRuntime("fraud", [Batch(0, AT, inputs("fraud"))], reference=True)
    made = Measured("fraud", Settings(telemetry=settings))
    runtime.made = made
    close = made.served(settings)
    run(runtime)
    made.telemetry.epoch.given_up()
    made.telemetry.epoch.committed(AT)
    close()
    assert not collector.spans


def test_a_collector_that_is_away_is_said_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.otlp._TIMEOUT", 1)
    exporter = OtlpExporter("http://127.0.0.1:9/v1/traces", "fraud", None)
    for number in range(1, 1_500):
        exporter.export([Told(1, number, None, "n", AT, AT, {})])
    for _ in range(100):
        exporter.close()
        if caplog.records:
            break
    assert [each.message for each in caplog.records] == [
        "the collector takes no spans: they are dropped"
    ]
