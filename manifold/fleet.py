"""What `manifold up` tells of the processes it keeps running, at one address for all of them.

Each process has a port of its own behind ours, since Prometheus wants to know which one is away.
`/targets` lists them as Prometheus' HTTP service discovery takes it; health asks them all.
"""

import http.client
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from prometheus_client import Metric as Family
from prometheus_client.registry import Collector

from connectors import catalogue
from connectors.health import CHECKS, Check
from connectors.measures import Measures
from connectors.settings import Telemetry
from connectors.telemetry_server import Answer, Page, TelemetryServer, registry
from manifold.supervisor import Place, Supervisor

_PATIENCE = 2.0
"""Seconds a process may take to say how it is."""


@contextmanager
def told(supervisor: Supervisor, settings: Telemetry, say: Callable[[str], None]) -> Iterator[None]:
    """Tell of a supervisor's processes while the block runs, if the settings want it.

    Raises PortBusy.
    """
    if settings.port is None:
        yield
        return
    places = supervisor.places()
    pages: dict[str, Page] = {
        "/targets": lambda: targets(settings.host, places),
        **{f"/health/{check}": partial(health, settings.host, places, check) for check in CHECKS},
    }
    server = TelemetryServer(settings.host, settings.port, registry(Fleet(supervisor)), pages)
    say(
        f"Telemetry: http://{settings.host}:{server.port}/targets lists the processes for "
        f"Prometheus (http_sd_configs); they listen on ports {places[0].port} to {places[-1].port}."
    )
    try:
        yield
    finally:
        server.close()


class Fleet(Collector):
    """How many processes of each flow run, and how often they had to be started again."""

    def __init__(self, supervisor: Supervisor) -> None:
        """Look at the processes of `supervisor` whenever somebody asks."""
        self._supervisor = supervisor

    def collect(self) -> Iterator[Family]:
        """As it is now."""
        measures = Measures()
        running = [flow for flow, _ in self._supervisor.processes()]
        for flow in sorted({place.flow for place in self._supervisor.places()}):
            restarts = self._supervisor.restarts_of[flow]
            measures.set(catalogue.FLOW_PROCESSES, running.count(flow), flow)
            measures.set(catalogue.FLOW_RESTARTS, restarts, flow)
        return measures.collect()


def targets(host: str, places: Sequence[Place]) -> Answer:
    """Every process, as Prometheus' `http_sd_configs` takes it."""
    reached = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    return True, [
        {
            "targets": [f"{reached}:{place.port}"],
            "labels": {"instance": f"{place.flow}/{place.instance}"},
        }
        for place in places
    ]


def health(host: str, places: Sequence[Place], check: Check) -> Answer:
    """What each process says, asked at the same time; well when all are."""
    with ThreadPoolExecutor(max(1, len(places))) as asking:
        answers = list(asking.map(partial(_asked, host, check), places))
    reasons = [
        f"{place.flow}/{place.instance}: {reason}"
        for place, (_, said) in zip(places, answers, strict=True)
        for reason in said
    ]
    well = all(passed for passed, _ in answers)
    return well, {"check": check, "status": "ok" if well else "failed", "reasons": reasons}


def _asked(host: str, check: Check, place: Place) -> tuple[bool, list[Any]]:
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    connection = http.client.HTTPConnection(reached, place.port, timeout=_PATIENCE)
    try:
        connection.request("GET", f"/health/{check}")
        answer = connection.getresponse()
        return answer.status == 200, json.loads(answer.read())["reasons"]
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return False, ["it does not answer"]
    finally:
        connection.close()
