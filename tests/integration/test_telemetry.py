"""What flows tell of themselves while they run on a real broker."""

import json
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from connectors import catalogue
from connectors.catalogue import CATALOGUE
from connectors.metric import Metric
from connectors.stream import Outgoing
from flows import FLOWS
from manifold.exits import Exit
from operators.decision import InvoiceDecision
from operators.money import parse
from operators.upload import InvoiceUploaded
from tests.integration.approving import approvals
from tests.integration.flow_process import REPOSITORY
from tests.integration.inbox import Inbox, doubtful
from tests.integration.pipeline import Pipeline, generated
from tests.integration.raw import write
from tests.messages_server import MessagesServer, says

COUNT = 40
CHECKS = ("startup", "live", "ready")
ELSEWHERE = {
    catalogue.TRANSACTIONS_ABORTED: "tests/unit/test_measured_task.py",
    catalogue.RECORDS_FAILED: "tests/unit/test_measured_task.py",
    catalogue.CERTIFICATE_EXPIRY: "tests/unit/test_telemetry.py",
    catalogue.RESTORED_RECORDS: "tests/unit/test_telemetry.py",
    catalogue.CLIENT_DISCONNECTS: "tests/unit/test_client_statistics.py",
    catalogue.CLIENT_TIMEOUTS: "tests/unit/test_client_statistics.py",
    catalogue.CLIENT_RETRIES: "tests/unit/test_client_statistics.py",
    catalogue.BREAKER_OPENED: "tests/unit/test_telemetry.py",
    catalogue.EXTRACTION_ATTEMPTS_FAILED: "tests/unit/test_measured_documents.py",
    catalogue.EXTRACTION_CACHED: "tests/unit/test_measured_documents.py",
    catalogue.EXTRACTION_OVER_BUDGET: "tests/unit/test_measured_documents.py",
}
"""What does not happen to a pipeline that is well, and where it is seen to be told."""


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
    """What several processes have told, at one time."""

    def __init__(self, ports: dict[str, int]) -> None:
        self.samples: list[Sample] = []
        for port in ports.values():
            _, text = asked(port, "/metrics")
            for family in text_string_to_metric_families(text):
                self.samples += family.samples

    def total(self, metric: Metric, **labels: str) -> float:
        """Of a histogram the number of values."""
        name = metric.name + ("_count" if metric.kind == "histogram" else "")
        return sum(
            sample.value
            for sample in self.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def has(self, metric: Metric) -> bool:
        """Whether it is there; of what only grows, whether something has happened."""
        if metric.kind == "gauge":
            return any(sample.name == metric.name for sample in self.samples)
        return self.total(metric) > 0


class Run:
    """A pipeline in which much has happened, and what it has told."""

    def __init__(self, pipeline: Pipeline, folder: Path, model: str) -> None:
        self.pipeline = pipeline
        self.ports = {flow: free_port() for flow in FLOWS}
        inbox = Inbox(folder)
        self._variables = {
            "MANIFOLD_JOIN__DEADLINE": "2",
            "MANIFOLD_DOCUMENTS__URL": inbox.settings.url,
            "MANIFOLD_DOCUMENTS__WORKERS": "1",
            "MANIFOLD_MODEL__URL": model,
            "MANIFOLD_MODEL__API_KEY": "key",
        }
        world, samples = generated(COUNT)
        pipeline.publish_reference(
            replace(world, policy=replace(world.policy, reading_model=parse("0")))
        )
        for flow in FLOWS:
            if flow != "fraud":
                self.start(flow)
        self.invoices = [sample.upload for sample in samples]
        # Long after all are decided, so that none opens again.
        pipeline.publish(*self.invoices)
        self.until(self.each_decided(1), "partial decisions at the deadline")
        self.start("fraud")
        self.until(self.each_decided(2), "revisions by the late answers")
        # Of the document not everything can be read, so that the model is asked.
        pipeline.publish(self.invoices[0], inbox.upload("a-document", doubtful(1)))
        pipeline.publish(approvals(pipeline)[0])
        topic = pipeline.contracts.topic_of(InvoiceUploaded).name
        write(pipeline.kafka, [Outgoing(topic, b"nobody", b"garbled", [])])
        pipeline.at_rest()
        # A few times what lies between two looks at what is not counted but looked at.
        self.until(lambda: Told(self.ports).has(catalogue.CLIENT_RTT), "statistics of clients")
        self.told = Told(self.ports)

    def start(self, flow: str) -> None:
        port = str(self.ports[flow])
        self.pipeline.start(flow, MANIFOLD_TELEMETRY__PORT=port, **self._variables)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        self.pipeline.until(condition, what)

    def decisions(self) -> list[InvoiceDecision]:
        return self.pipeline.seen.all(InvoiceDecision)

    def each_decided(self, times: int) -> Callable[[], bool]:
        requests = {each.request_id for each in self.invoices}
        return lambda: (
            requests == {each.request_id for each in self.decisions() if each.revision == times}
        )


@pytest.fixture(scope="module")
def run(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("telemetry")
    number = {"field": "number", "line": 3, "text": "QX/47", "value": "QX/47"}
    with (
        MessagesServer(says({"values": [number], "rows": []})) as model,
        Pipeline(bootstrap, folder) as pipeline,
    ):
        yield Run(pipeline, folder, model.url)


def test_every_metric_of_the_catalogue_is_told_or_named_as_told_elsewhere(run: Run) -> None:
    others = ("up", "lag", "probe", "retry", "web", "deliveries")
    of_flows = [each for each in CATALOGUE if each.server not in others]
    missing = {each.name for each in of_flows if not run.told.has(each)}
    assert missing <= {each.name for each in ELSEWHERE}


@pytest.mark.parametrize("metric", ELSEWHERE, ids=lambda each: each.name)
def test_what_is_told_elsewhere_is_seen_there(metric: Metric) -> None:
    name = next(name for name, value in vars(catalogue).items() if value is metric)
    assert f"catalogue.{name}" in (REPOSITORY / ELSEWHERE[metric]).read_text()


def test_nothing_is_told_that_the_catalogue_does_not_have(run: Run) -> None:
    names = {each.name for each in CATALOGUE}
    for sample in run.told.samples:
        if sample.name.startswith("manifold_"):
            histogram = re.sub("_(bucket|count|sum)$", "", sample.name)
            assert {sample.name, histogram} & names


def test_labels_hold_nothing_of_an_invoice(run: Run) -> None:
    values = {value for sample in run.told.samples for value in sample.labels.values()}
    for upload in run.invoices:
        assert not {upload.request_id, upload.invoice_id, upload.vendor_id} & values


def test_counts_are_those_of_the_topics(run: Run) -> None:
    told = run.told
    uploads = run.pipeline.contracts.topic_of(InvoiceUploaded).name
    for branch in ("validation", "inventory", "fraud", "pricing"):
        # One was sent twice.
        assert told.total(catalogue.ANSWERS, branch=branch) == COUNT + 1
        assert told.total(catalogue.BRANCH_LATENCY, branch=branch) == COUNT + 1
    # The garbled one, the document and the second one beside the invoices.
    assert told.total(catalogue.RECORDS_RECEIVED, flow="validation", topic=uploads) == COUNT + 3
    assert told.total(catalogue.DEAD_LETTERS, flow="validation", reason="not_framed") == 1
    decisions = run.decisions()
    for status in ("APPROVED", "REVIEW", "REJECTED"):
        count = sum(each.status == status for each in decisions)
        assert told.total(catalogue.DECISIONS, status=status) == count
    assert told.total(catalogue.DECISIONS, revision="first") == COUNT
    assert told.total(catalogue.DECISIONS, reason="person") == 1
    assert told.total(catalogue.DECISION_LATENCY) == COUNT
    assert told.total(catalogue.DEADLINES_FIRED) == COUNT
    assert told.total(catalogue.ANSWERS_MISSING, branch="fraud") == COUNT
    assert told.total(catalogue.LATE_RESULTS, outcome="revised") == COUNT
    assert told.total(catalogue.DUPLICATES_IGNORED, flow="decide") == 4
    assert told.total(catalogue.OPEN_REQUESTS) == 0
    assert told.total(catalogue.MODEL_CALLS, outcome="answered") == 1
    assert told.total(catalogue.EXTRACTION_DOCUMENTS, route="TEXT_LAYER") == 1


@pytest.mark.parametrize("check", CHECKS)
def test_a_flow_at_work_is_well(run: Run, check: str) -> None:
    for flow, port in run.ports.items():
        code, text = asked(port, f"/health/{check}")
        told: dict[str, Any] = json.loads(text)
        assert (code, told["reasons"]) == (200, []), (flow, told)


def test_a_flow_that_waits_for_a_broker_lives_and_is_not_ready(run: Run) -> None:
    port = free_port()
    process = run.pipeline.start(
        "pricing",
        "away",
        MANIFOLD_TELEMETRY__PORT=str(port),
        MANIFOLD_KAFKA__BOOTSTRAP_SERVERS=f"127.0.0.1:{free_port()}",
    )

    def answers() -> bool:
        try:
            return asked(port, "/health/live")[0] == 200
        except OSError:
            return False

    run.until(answers, "the process answers")
    code, text = asked(port, "/health/startup")
    assert code == 503
    assert "waiting for the broker" in json.loads(text)["reasons"][0]
    assert asked(port, "/health/ready")[0] == 503
    run.pipeline.stop(process)


def test_a_port_that_is_taken_ends_the_process_with_a_sentence(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = run.pipeline.start("pricing", "late", MANIFOLD_TELEMETRY__PORT=str(port))
        run.pipeline.let_go(process)
        assert process.wait() == Exit.MISCONFIGURED
    said = process.log.read_text()
    assert f"telemetry cannot listen on 127.0.0.1:{port}" in said
    assert "Traceback" not in said
