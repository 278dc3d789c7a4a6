"""The HTTP server of a process: its metrics for Prometheus, its health for whoever restarts it."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import msgspec
from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    make_wsgi_app,
)
from prometheus_client.registry import Collector

from connectors.errors import Misconfigured

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

Answer: TypeAlias = tuple[bool, Any]
"""Whether all is well, and what is told as JSON."""
Page: TypeAlias = Callable[[], Answer]

_PATIENCE = 10.0
"""Seconds for somebody who asks to finish the question."""


class PortBusy(Misconfigured):
    """Somebody else listens where the telemetry should be."""


def registry(*collectors: Collector) -> CollectorRegistry:
    """What a process shows: what it has counted, and what it takes of the machine."""
    made = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=made)
    PlatformCollector(registry=made)
    GCCollector(registry=made)
    for collector in collectors:
        made.register(collector)
    return made


class TelemetryServer:
    """Answers in a thread of its own until it is closed."""

    def __init__(
        self, host: str, port: int, shown: CollectorRegistry, pages: Mapping[str, Page]
    ) -> None:
        """Listen, with `/metrics` beside the `pages` by path. Port 0 takes any that is free.

        Raises PortBusy.
        """
        try:
            self._server = make_server(
                host, port, _application(shown, pages), _server(host), _Quiet
            )
        except OSError as error:
            raise PortBusy(
                f"telemetry cannot listen on {host}:{port} ({error.strerror}); set telemetry.port "
                "to a free port (MANIFOLD_TELEMETRY__PORT), or to none to serve nothing"
            ) from None
        self.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="telemetry", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def _application(collected: CollectorRegistry, pages: Mapping[str, Page]) -> "WSGIApplication":
    metrics = make_wsgi_app(collected)

    def application(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "GET":
            return _told(start_response, "405 Method Not Allowed", {"allowed": ["GET"]})
        if path == "/metrics":
            shown: Iterable[bytes] = metrics(environ, start_response)
            return shown
        page = pages.get(path)
        if page is None:
            return _told(start_response, "404 Not Found", {"paths": ["/metrics", *pages]})
        well, told = page()
        return _told(start_response, "200 OK" if well else "503 Service Unavailable", told)

    return application


def _told(start_response: "StartResponse", status: str, told: object) -> Iterable[bytes]:
    body = msgspec.json.encode(told) + b"\n"
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]


class _Quiet(WSGIRequestHandler):
    timeout = _PATIENCE

    def log_message(self, format: str, *args: object) -> None:
        """Nobody wants a line for every scrape."""


def _server(host: str) -> type[WSGIServer]:
    class Server(socketserver.ThreadingMixIn, WSGIServer):
        daemon_threads = True
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        def server_bind(self) -> None:
            # The base class would look up the name of the host, which may take long.
            socketserver.TCPServer.server_bind(self)
            self.server_name, self.server_port = host, self.socket.getsockname()[1]
            self.setup_environ()

        def handle_error(self, request: object, client_address: object) -> None:
            """Somebody who went away while being answered is no error of ours."""

    return Server
