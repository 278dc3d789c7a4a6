"""Spans on their way to an OpenTelemetry collector, by OTLP over HTTP."""

import logging
import threading
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from connectors.logs import Log
from connectors.spans import Span

log = Log(__name__)
# It says of every attempt what `_Sending` says once.
logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)

_MS = 1_000_000
_TIMEOUT = 5
"""Seconds for one request to the collector, all attempts together."""
_CLOSING = 3.0
"""Seconds that the end of a process waits for the last spans to be taken."""


class _Sending(OTLPSpanExporter):
    """Says once that a collector does not take spans, and once that it does again."""

    _away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        away = result is not SpanExportResult.SUCCESS
        if away != self._away:
            self._away = away
            if away:
                log.warning("the collector takes no spans: they are dropped")
            else:
                log.info("the collector takes spans again")
        return result


class OtlpExporter:
    """Sends spans in a thread of its own; what the collector does not take in time is dropped."""

    def __init__(self, endpoint: str, flow: str, instance: str | None) -> None:
        """`endpoint`: of traces, such as http://127.0.0.1:4318/v1/traces."""
        attributes = {"service.namespace": "manifold", "service.name": flow}
        if instance is not None:
            attributes["service.instance.id"] = instance
        self._resource = Resource.create(attributes)
        self._processor = BatchSpanProcessor(_Sending(endpoint, timeout=_TIMEOUT))

    def export(self, spans: Sequence[Span], /) -> None:
        """Take spans, without waiting for anybody."""
        for span in spans:
            self._processor.on_end(self._readable(span))

    def close(self) -> None:
        """Send what there is, as long as that does not hold the process up."""
        ending = threading.Thread(target=self._processor.shutdown, daemon=True)
        ending.start()
        ending.join(_CLOSING)

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
            links=[Link(_context(span.trace_id, linked, remote=True)) for linked in span.links],
            kind=SpanKind.PRODUCER if span.sends else SpanKind.CONSUMER,
            status=status,
            start_time=span.began * _MS,
            end_time=span.ended * _MS,
        )


def _context(trace_id: int, span_id: int, *, remote: bool) -> SpanContext:
    return SpanContext(trace_id, span_id, remote, TraceFlags(TraceFlags.SAMPLED))
