"""What `manifold up` tells of its processes."""

from collections.abc import Iterator

import pytest

from connectors import catalogue
from connectors.measures import Measures
from connectors.settings import Settings, Telemetry
from connectors.telemetry_server import PortBusy, TelemetryServer, registry
from manifold.fleet import Fleet, health, targets, told
from manifold.supervisor import Misconfigured, Place, Supervisor


def settings(port: int | None) -> Settings:
    return Settings(telemetry=Telemetry(port=port))


def test_each_process_has_a_port_behind_ours() -> None:
    supervisor = Supervisor(["fraud", "decide"], settings(9464), instances=2)
    assert supervisor.places() == [
        Place("fraud", "local-0", 9465),
        Place("fraud", "local-1", 9466),
        Place("decide", "local-0", 9467),
        Place("decide", "local-1", 9468),
    ]


def test_without_a_port_nobody_has_one() -> None:
    assert not Supervisor(["fraud"], settings(None)).places()


@pytest.mark.parametrize("port", [0, 65_534])
def test_ports_that_are_not_there_are_refused(port: int) -> None:
    with pytest.raises(Misconfigured, match=r"2 processes need .* from 1 to 65,533"):
        Supervisor(["fraud", "decide"], settings(port))


def test_prometheus_finds_the_processes() -> None:
    found = targets("0.0.0.0", [Place("fraud", "local-0", 9465)])
    expected = [{"targets": ["127.0.0.1:9465"], "labels": {"instance": "fraud/local-0"}}]
    assert found == (True, expected)


def test_processes_and_restarts_are_counted() -> None:
    supervisor = Supervisor(["fraud", "decide"], settings(9464))
    supervisor.restarts_of["fraud"] += 2
    samples = {
        (sample.name, sample.labels["flow"]): sample.value
        for family in Fleet(supervisor).collect()
        for sample in family.samples
    }
    assert samples == {
        (catalogue.FLOW_PROCESSES.name, "decide"): 0,
        (catalogue.FLOW_PROCESSES.name, "fraud"): 0,
        (catalogue.FLOW_RESTARTS.name, "decide"): 0,
        (catalogue.FLOW_RESTARTS.name, "fraud"): 2,
    }


@pytest.fixture
def process() -> Iterator[TelemetryServer]:
    page = {"/health/ready": lambda: (False, {"reasons": ["reading state"]})}
    server = TelemetryServer("127.0.0.1", 0, registry(Measures()), page)
    yield server
    server.close()


def test_health_is_that_of_all(process: TelemetryServer) -> None:
    free = TelemetryServer("127.0.0.1", 0, registry(), {})
    away = free.port
    free.close()
    places = [Place("decide", "local-0", process.port), Place("fraud", "local-0", away)]
    well, said = health("127.0.0.1", places, "ready")
    assert not well
    assert said["reasons"] == [
        "decide/local-0: reading state",
        "fraud/local-0: it does not answer",
    ]


def test_the_address_is_said_and_free_again_afterwards() -> None:
    free = TelemetryServer("127.0.0.1", 0, registry(), {})
    port = free.port
    free.close()
    supervisor = Supervisor(["fraud"], settings(port))
    said: list[str] = []
    for _ in range(2):
        with told(supervisor, Telemetry(port=port), said.append), pytest.raises(PortBusy):
            TelemetryServer("127.0.0.1", port, registry(), {})
    line = said[0]
    assert f"http://127.0.0.1:{port}/targets" in line
    assert f"ports {port + 1} to {port + 1}" in line
