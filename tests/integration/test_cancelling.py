"""A producer takes requests back while branches judge them, and processes are killed meanwhile."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from connectors.clock import now
from connectors.settings import Settings
from flows import BRANCHES, COLLECT, FUSED, JOIN
from manifold.generator import Sample
from manifold.handover import Handover
from operators.decision import InvoiceDecision, InvoiceSettled
from operators.result import FraudResult, ValidationResult
from operators.review import PERSON, InvoiceReviewCompleted
from tests.integration.pipeline import Pipeline, generated
from tests.integration.web_server import served

REASON = "Sent twice."
DECIDED = [(1, "REJECTED", PERSON)]


@pytest.fixture
def samples() -> list[Sample]:
    return generated(12, seed=3, fault_rate=0)[1]


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path) -> Iterator[Pipeline]:
    with Pipeline(bootstrap, tmp_path, MANIFOLD_JOIN__DEADLINE="600") as running:
        running.publish_reference(generated(12, seed=3, fault_rate=0)[0])
        yield running


def decided(pipeline: Pipeline, request: str) -> list[tuple[int, str, str | None]]:
    return [
        (each.revision, each.status, each.decided_by)
        for each in pipeline.seen.all(InvoiceDecision)
        if each.request_id == request
    ]


def ended(pipeline: Pipeline, request: str) -> list[str]:
    every = pipeline.seen.all(InvoiceSettled)
    return [each.outcome for each in every if each.request_id == request]


def answered(pipeline: Pipeline, request: str) -> int:
    every = [*pipeline.seen.all(ValidationResult), *pipeline.seen.all(FraudResult)]
    return len([each for each in every if each.request_id == request])


def state(client: httpx2.Client, request: str) -> Any:
    found = client.get(f"/requests/{request}")
    return found.json()["state"] if found.status_code == 200 else None


def taken_back(sample: Sample) -> InvoiceReviewCompleted:
    return InvoiceReviewCompleted(
        request_id=sample.upload.request_id,
        revision=1,
        vendor_id=sample.upload.vendor_id,
        outcome="REJECTED",
        reviewer="shop",
        reason=REASON,
        completed_at=now(),
        cancelled=True,
    )


def test_what_is_being_judged_is_taken_back_once_whoever_is_killed(
    pipeline: Pipeline, samples: list[Sample], tmp_path: Path
) -> None:
    judged = [each.upload.request_id for each in samples[:4]]
    unheard = [each.upload.request_id for each in samples[4:6]]
    pipeline.running("validation", "fraud", JOIN, COLLECT)
    pipeline.publish(*(each.upload for each in samples[:4]))
    pipeline.until(lambda: all(answered(pipeline, each) == 2 for each in judged), "two answers")
    with (
        served(pipeline, tmp_path) as address,
        httpx2.Client(base_url=address, timeout=60) as client,
    ):
        pipeline.until(lambda: all(state(client, each) == "judging" for each in judged), "judging")
        decide = next(each for each in pipeline.processes if each.flow == JOIN)
        for request in judged:
            for _ in range(2):
                found = client.post(f"/requests/{request}/cancel", json={"reason": REASON})
                assert found.status_code == 202, found.text
            decide = pipeline.killed(decide)
        # Nobody who judges it is there yet.
        pipeline.running(JOIN, COLLECT)
        pipeline.publish(*(each.upload for each in samples[4:6]))
        for request in unheard:
            pipeline.until(lambda: state(client, request) == "received", "it has arrived")  # noqa: B023 - called at once
            found = client.post(f"/requests/{request}/cancel", json={"reason": REASON})
            assert found.status_code == 202, found.text
        pipeline.at_rest(JOIN)
        assert [decided(pipeline, each) for each in unheard] == [[], []]
        pipeline.killed(next(each for each in pipeline.processes if each.flow == JOIN))

        pipeline.running(*BRANCHES, JOIN, COLLECT)
        pipeline.publish(samples[6].upload)
        other = samples[6].upload.request_id
        pipeline.until(lambda: bool(decided(pipeline, other)), "the other one is decided")
        pipeline.at_rest(*BRANCHES, JOIN, COLLECT)
        for request in (*judged, *unheard):
            assert decided(pipeline, request) == DECIDED
            assert ended(pipeline, request) == ["REJECTED"]
            # As it was wanted, and nothing more is written.
            assert client.post(f"/requests/{request}/cancel").status_code == 202
            told = client.get(f"/requests/{request}").json()
            assert told["decision"]["reason"] == f"Cancelled by the producer: {REASON}"
            assert [each["revision"] for each in told["revisions"]] == [1]
        refused = client.post(f"/requests/{other}/cancel")
        assert (refused.status_code, refused.json()["decision"]["status"]) == (409, "APPROVED")
    pipeline.at_rest(*BRANCHES, JOIN, COLLECT)
    assert all(decided(pipeline, each) == DECIDED for each in (*judged, *unheard))
    assert pipeline.seen.letters() == []


def test_a_partial_decision_is_taken_back_and_never_completed(
    pipeline: Pipeline, samples: list[Sample], tmp_path: Path
) -> None:
    request = samples[0].upload.request_id
    pipeline.start("validation")
    pipeline.start(COLLECT)
    pipeline.start(JOIN, MANIFOLD_JOIN__DEADLINE="1")
    pipeline.publish(samples[0].upload)
    pipeline.until(lambda: bool(decided(pipeline, request)), "the deadline has passed")
    with (
        served(pipeline, tmp_path) as address,
        httpx2.Client(base_url=address, timeout=60) as client,
    ):
        pipeline.until(lambda: state(client, request) == "waiting", "a person is asked")
        assert client.post(f"/requests/{request}/cancel").status_code == 202
    pipeline.until(lambda: len(decided(pipeline, request)) == 2, "it is cancelled")
    pipeline.running(*BRANCHES, JOIN, COLLECT)
    pipeline.at_rest(*BRANCHES, JOIN, COLLECT)
    first, second = decided(pipeline, request)
    assert (first[:2], second) == ((1, "REVIEW"), (2, "REJECTED", PERSON))
    assert ended(pipeline, request) == ["REJECTED"]
    assert pipeline.seen.letters() == []


def test_one_that_waits_goes_along_when_the_way_of_running_changes(
    pipeline: Pipeline, samples: list[Sample]
) -> None:
    settings = Settings.load(kafka=pipeline.kafka, namespace=pipeline.namespace)
    early, late = samples[:4], samples[4:8]
    pipeline.running(*BRANCHES, JOIN)
    pipeline.publish(*(taken_back(each) for each in early))
    pipeline.at_rest(*BRANCHES, JOIN)
    pipeline.running()
    assert Handover(settings).to_fused()

    pipeline.running(FUSED)
    pipeline.publish(*(each.upload for each in early))
    pipeline.publish(*(taken_back(each) for each in late))
    pipeline.at_rest(FUSED)
    pipeline.running()
    assert Handover(settings).to_apart()

    pipeline.running(*BRANCHES, JOIN)
    pipeline.publish(*(each.upload for each in late))
    pipeline.until(
        lambda: all(decided(pipeline, each.upload.request_id) for each in late), "they are decided"
    )
    pipeline.at_rest(*BRANCHES, JOIN)
    for each in (*early, *late):
        assert decided(pipeline, each.upload.request_id) == DECIDED
        assert ended(pipeline, each.upload.request_id) == ["REJECTED"]
    assert pipeline.seen.letters() == []
