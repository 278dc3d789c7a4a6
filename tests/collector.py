"""An OpenTelemetry collector of the tests' own: takes spans by OTLP over HTTP and keeps them."""

import gzip
from http.server import BaseHTTPRequestHandler

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.http_server import HttpServer


class Collector(HttpServer):
    """Keeps the spans it was sent, by the service that sent them."""

    def __init__(self) -> None:
        """Listen on a port of its own."""
        super().__init__()
        self.spans: dict[str, list[Span]] = {}

    @property
    def traces(self) -> str:
        """Where spans go."""
        return f"{self.url}/v1/traces"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Take them, as a collector does."""
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            attributes = {
                each.key: each.value.string_value for each in resource.resource.attributes
            }
            kept = self.spans.setdefault(attributes["service.name"], [])
            kept += [span for scope in resource.scope_spans for span in scope.spans]
        told = ExportTraceServiceResponse().SerializeToString()
        request.send_response(200)
        request.send_header("Content-Type", "application/x-protobuf")
        request.send_header("Content-Length", str(len(told)))
        request.end_headers()
        request.wfile.write(told)
