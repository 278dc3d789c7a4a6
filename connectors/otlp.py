"""Spans on their way to an OpenTelemetry collector, by OTLP over HTTP."""

from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from connectors.spans import Span

_MS = 1_000_000
_TIMEOUT = 5
"""Seconds for one request to the collector."""


class OtlpExporter:
    """Sends spans in a thread of its own; what the collector does not take in time is dropped."""

    def __init__(self, endpoint: str, flow: str, instance: str | None) -> None:
        """`endpoint`: of traces, such as http://127.0.0.1:4318/v1/traces."""
        attributes = {"service.namespace": "manifold", "service.name": flow}
        if instance is not None:
            attributes["service.instance.id"] = instance
        self._resource = Resource.create(attributes)
        self._processor = BatchSpanProcessor(OTLPSpanExporter(endpoint, timeout=_TIMEOUT))

    def export(self, spans: Sequence[Span], /) -> None:
        """Take spans, without waiting for anybody."""
        for span in spans:
            self._processor.on_end(self._readable(span))

    def close(self) -> None:
        """Send what there is."""
        self._processor.shutdown()  # type: ignore[no-untyped-call]

    def _readable(self, span: Span) -> ReadableSpan:
        parent = None
        if span.parent_id is not None:
            parent = _context(span.trace_id, span.parent_id, remote=True)
        status = Status(StatusCode.UNSET)
        attributes = dict(span.attributes)
        if span.error is not None:
            status = Status(StatusCode.ERROR, span.error)
            attributes["error.type"] = span.error
        return ReadableSpan(
            name=span.name,
            context=_context(span.trace_id, span.span_id, remote=False),
            parent=parent,
            resource=self._resource,
            attributes=attributes,
            kind=SpanKind.PRODUCER if span.sends else SpanKind.CONSUMER,
            status=status,
            start_time=span.began * _MS,
            end_time=span.ended * _MS,
        )


def _context(trace_id: int, span_id: int, *, remote: bool) -> SpanContext:
    return SpanContext(trace_id, span_id, remote, TraceFlags(TraceFlags.SAMPLED))
