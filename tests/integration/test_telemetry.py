"""What flows tell of themselves while they run on a real broker."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from flows import FLOWS
from operators.decision import InvoiceDecision
from tests.integration.pipeline import Pipeline, generated

COUNT = 60


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def asked(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Told:
    """The samples of several processes."""

    def __init__(self, ports: dict[str, int]) -> None:
        self.samples: list[Sample] = []
        self.names: set[str] = set()
        for port in ports.values():
            _, text = asked(port, "/metrics")
            for family in text_string_to_metric_families(text):
                self.samples += family.samples
                self.names |= {sample.name for sample in family.samples}

    def total(self, name: str, **labels: str) -> float:
        return sum(
            sample.value
            for sample in self.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )


@pytest.fixture(scope="module")
def run(
    bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Pipeline, dict[str, int]]]:
    world, samples = generated(COUNT)
    with Pipeline(bootstrap, tmp_path_factory.mktemp("telemetry")) as pipeline:
        pipeline.publish_reference(world)
        ports = {flow: free_port() for flow in FLOWS}
        for flow, port in ports.items():
            pipeline.start(flow, MANIFOLD_TELEMETRY__PORT=str(port))
        pipeline.publish(*(sample.upload for sample in samples))
        pipeline.at_rest()
        yield pipeline, ports


def test_counts_are_those_of_the_topics(run: tuple[Pipeline, dict[str, int]]) -> None:
    pipeline, ports = run
    told = Told(ports)
    uploads = f"{pipeline.namespace}invoice.uploaded"
    for branch in ("validation", "inventory", "fraud", "pricing"):
        assert told.total("manifold_answers_total", branch=branch) == COUNT
        assert told.total("manifold_records_received_total", flow=branch, topic=uploads) == COUNT
        assert told.total("manifold_branch_latency_seconds_count", branch=branch) == COUNT
    assert told.total("manifold_decisions_total") == COUNT
    decisions = pipeline.seen.all(InvoiceDecision)
    for status in ("APPROVED", "REVIEW", "REJECTED"):
        count = sum(each.status == status for each in decisions)
        assert told.total("manifold_decisions_total", status=status) == count
    assert told.total("manifold_decision_latency_seconds_count") == COUNT
    assert told.total("manifold_open_requests") == 0
    (tmp := open("/tmp/telemetry/names", "w")).write("\n".join(sorted(told.names)))


@pytest.mark.parametrize("check", ["startup", "live", "ready"])
def test_a_flow_at_work_is_well(run: tuple[Pipeline, dict[str, int]], check: str) -> None:
    for flow, port in run[1].items():
        code, text = asked(port, f"/health/{check}")
        told: dict[str, Any] = json.loads(text)
        assert (code, told["reasons"]) == (200, []), (flow, told)
