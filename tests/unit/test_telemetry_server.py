"""What a process answers over HTTP, and what it says when it cannot listen."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from connectors import catalogue
from connectors.measures import Measures
from connectors.telemetry_server import PortBusy, TelemetryServer, registry


@pytest.fixture
def measures() -> Measures:
    return Measures()


@pytest.fixture
def server(measures: Measures) -> Iterator[TelemetryServer]:
    pages = {
        "/health/live": lambda: (True, {"status": "ok"}),
        "/health/ready": lambda: (False, {"status": "failed", "reasons": ["why"]}),
    }
    server = TelemetryServer("127.0.0.1", 0, registry(measures), pages)
    yield server
    server.close()


def asked(server: TelemetryServer, path: str, method: str = "GET") -> tuple[int, str, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def test_metrics_are_in_prometheus_text(server: TelemetryServer, measures: Measures) -> None:
    measures.add(catalogue.COMMITS, 3, "decide")
    code, kind, text = asked(server, "/metrics")
    assert code == 200
    assert kind.startswith("text/plain")
    assert 'manifold_commits_total{flow="decide"} 3.0' in text
    assert "process_resident_memory_bytes" in text


def test_health_is_json_with_its_status(server: TelemetryServer) -> None:
    assert asked(server, "/health/live")[:2] == (200, "application/json")
    code, kind, text = asked(server, "/health/ready")
    assert (code, kind) == (503, "application/json")
    assert json.loads(text) == {"status": "failed", "reasons": ["why"]}


def test_what_is_not_there_names_what_is(server: TelemetryServer) -> None:
    code, _, text = asked(server, "/")
    assert code == 404
    assert json.loads(text)["paths"] == ["/metrics", "/health/live", "/health/ready"]


def test_nothing_can_be_changed(server: TelemetryServer) -> None:
    assert asked(server, "/metrics", "POST")[0] == 405


def test_somebody_who_says_nothing_holds_nobody_up(server: TelemetryServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)):
        assert asked(server, "/health/live")[0] == 200


def test_a_port_that_is_taken_is_told_with_what_to_do(server: TelemetryServer) -> None:
    with pytest.raises(PortBusy, match=rf"listen on 127.0.0.1:{server.port} .*telemetry.port"):
        TelemetryServer("127.0.0.1", server.port, registry(), {})


def test_a_host_that_is_none_is_told(server: TelemetryServer) -> None:
    with pytest.raises(PortBusy, match=r"cannot listen on nowhere\.invalid:1"):
        TelemetryServer("nowhere.invalid", 1, registry(), {})
