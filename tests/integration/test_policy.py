"""A policy is put in force while flows run: they take it over; the commands say what it does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows import BRANCHES, JOIN
from manifold.cli.app import app
from manifold.generator import Sample
from operators.decision import InvoiceDecision
from tests.integration.pipeline import Pipeline, generated

LARGE = """\
- row: large
  when:
    amount_from: 0.01
  status: REVIEW
  approvers: head of purchasing
  reason: A person decides.
"""
VERSION = "2026-12"


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    with Pipeline(bootstrap, tmp_path) as there:
        monkeypatch.setenv("MANIFOLD_NAMESPACE", there.namespace)
        monkeypatch.setenv("MANIFOLD_KAFKA__BOOTSTRAP_SERVERS", bootstrap)
        # Loggers would keep the captured standard error, which is closed after each command.
        monkeypatch.setattr("connectors.logs.configure", lambda **_: None)
        yield there


def run(*arguments: str, expect: int = 0) -> str:
    result = CliRunner().invoke(app, [*arguments])
    assert result.exit_code == expect, result.output
    return result.stdout


def lines(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(*arguments, "--json").splitlines()]


def test_a_policy_takes_effect_without_a_restart(pipeline: Pipeline, tmp_path: Path) -> None:
    run("policy", "show", expect=1)
    world, samples = generated(40, fault_rate=0.0)
    pipeline.publish_reference(world)
    pipeline.running(*BRANCHES, JOIN)
    processes = pipeline.processes
    upcoming = iter(samples)

    before = decided(pipeline, next(upcoming))

    assert before.status == "APPROVED"
    assert before.decided_by is None
    shown = run("policy", "show")
    file = tmp_path / "policy.yaml"
    place = shown.index("- row: doubtful")
    text = f"{shown[:place]}{LARGE}{shown[place:]}"
    file.write_text(text.replace(shown.splitlines()[0], f"version: {VERSION}"))
    changes = {change["what"]: change for change in lines("policy", "diff", str(file))}
    assert set(changes) == {"version", "row “large”", "row “doubtful”", "row “clean”"}
    assert (changes["version"]["now"], changes["row “large”"]["before"]) == (VERSION, "")
    run("policy", "publish", str(file))

    after = next(
        decision
        for decision in (decided(pipeline, sample) for sample in upcoming)
        if decision.decided_by is not None
    )

    assert (after.status, after.decided_by, after.policy_version) == ("REVIEW", "large", VERSION)
    assert after.approvers == "head of purchasing"
    [why] = lines("explain", after.request_id)
    assert why["decided_by"] == "large"
    assert why["because"] == ["the amount is 0.01 or more"]
    [then] = lines("explain", before.request_id)
    assert (then["status"], then["policy_in_force"]) == ("APPROVED", VERSION)
    assert run("policy", "diff", str(file)) == "Nothing is different.\n"
    assert pipeline.processes == processes
    last = decided(pipeline, next(upcoming))
    assert {answer.policy_version for answer in last.branches} == {VERSION}


def decided(pipeline: Pipeline, sample: Sample) -> InvoiceDecision:
    """Upload an invoice, and wait for its decision."""
    request_id = sample.upload.request_id
    pipeline.publish(sample.upload)
    pipeline.until(lambda: pipeline.decided()[request_id] > 0, f"a decision on {request_id}")
    return next(
        decision
        for decision in pipeline.seen.all(InvoiceDecision)
        if decision.request_id == request_id
    )
