"""A policy is put in force while flows run: they take it over; the commands say what it does."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from connectors.policy_topic import NotPublished, PolicyTopic
from flows import BRANCHES, JOIN
from manifold.backtest import Backtest
from manifold.cli.app import app
from manifold.generator import Sample
from operators.candidate import CANDIDATE, IN_FORCE, in_share
from operators.decision import InvoiceDecision
from operators.money import parse, render
from operators.policy_change import put_in_force, tried
from operators.reference import ReferencePolicy
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
    file = written(shown, tmp_path)
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


def test_a_candidate_is_tried_and_promoted_while_invoices_flow(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    world, samples = generated(8_000)
    pipeline.publish_reference(world)
    pipeline.running(*BRANCHES, JOIN)
    old = world.policy.version
    assert "no candidate to promote" in refused("policy", "promote")
    assert "no earlier policy" in refused("policy", "rollback")
    file = str(written(run("policy", "show"), tmp_path))

    def decisions() -> list[InvoiceDecision]:
        return pipeline.seen.all(InvoiceDecision)

    with pipeline.load(samples, 200) as sent:
        pipeline.until(lambda: len(decisions()) > 200, "decisions by the policy in force")
        run("policy", "publish", file, "--shadow")
        pipeline.until(
            lambda: sum(each.shadow is not None for each in decisions()) > 200,
            "decisions with a shadow",
        )
        [shadow] = lines("policy", "status")
        run("policy", "publish", file, "--canary", "20")
        pipeline.until(
            lambda: sum(each.canary for each in decisions()) > 100, "decisions by the canary"
        )
        [canary] = lines("policy", "status")
        run("policy", "promote")
        pipeline.until(
            lambda: sum(each.policy_version == VERSION for each in decisions()[-200:]) == 200,
            "everything decided by the promoted policy",
        )
    pipeline.at_rest(*BRANCHES, JOIN)

    assert shadow["candidate"]["mode"] == "shadow"
    assert shadow["candidate"]["decided"] == 0
    assert shadow["shadow"]["compared"] > 200
    assert {(each["from"], each["to"]) for each in shadow["shadow"]["moves"]} == {
        ("APPROVED", "REVIEW")
    }
    assert all(not each["moves"] for each in shadow["shadow"]["branches"].values()), (
        "the branches' part of the policy is the same"
    )
    assert (canary["candidate"]["mode"], canary["candidate"]["percent"]) == ("canary", "20")
    assert "APPROVED" not in canary["candidate"]["statuses"]
    assert canary["in_force"]["statuses"]["APPROVED"]["share"] > 0.5
    share = canary["candidate"]["decided"] / (
        canary["candidate"]["decided"] + canary["in_force"]["decided"]
    )
    assert 0.05 < share < 0.4

    every = decisions()
    assert Counter(each.request_id for each in every) == dict.fromkeys(
        (sample.upload.request_id for sample in sent), 1
    )
    assert all(each.complete for each in every)
    assert {each.policy_version for each in every} == {old, VERSION}
    for each in every:
        assert each.mixed_policies == any(
            answer.policy_version != each.policy_version for answer in each.branches
        )
        if each.canary:
            assert in_share(each.request_id, parse("20"))
        if each.policy_version == VERSION:
            assert each.status != "APPROVED"
    mixed = sum(each.mixed_policies for each in every)
    assert mixed < len(every) / 10

    [explained] = lines("explain", next(each.request_id for each in every if each.canary))
    assert (explained["canary"], explained["explained_by"]) == (True, VERSION)
    beside = next(each for each in every if each.shadow and each.status == "APPROVED")
    assert f"policy {VERSION} would have decided REVIEW by row “large”" in run(
        "explain", beside.request_id
    )
    [settled] = lines("policy", "status")
    assert (settled["in_force"]["version"], settled["candidate"]) == (VERSION, None)
    [back] = lines("policy", "rollback")
    assert back == {"in_force": old, "candidate": None, "previous": VERSION}


def test_a_backtest_finds_what_a_limit_changes_and_writes_nothing(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, samples = generated(120)
    pipeline.publish_reference(world)
    pipeline.running(*BRANCHES, JOIN)
    pipeline.publish(*(sample.upload for sample in samples))
    pipeline.at_rest(*BRANCHES, JOIN)
    decisions = pipeline.seen.all(InvoiceDecision)
    assert len(decisions) == len(samples)
    amounts = sorted(each.amount or 0 for each in decisions if each.status == "APPROVED")
    limit = amounts[len(amounts) // 2]
    file = str(written(run("policy", "show"), tmp_path, render(limit)))
    ends = {topic.name: list(pipeline.read(topic)) for topic in pipeline.contracts.every_topic()}

    [found] = lines("backtest", "--policy", file)

    beyond = {
        each.request_id: each.amount or 0
        for each in decisions
        if each.status == "APPROVED" and (each.amount or 0) >= limit
    }
    [move] = found["moves"]
    assert (move["from"], move["to"], move["count"]) == ("APPROVED", "REVIEW", len(beyond))
    assert move["amount"] == found["amount"] == render(sum(beyond.values()))
    assert set(move["examples"]) <= beyond.keys()
    assert [cause["what"] for cause in found["causes"]] == ["row no table → “large”"]
    assert (found["complete"], found["judged"], found["undecided"]) == (True, len(samples), 0)
    assert found["anyway"]["changed"] == 0
    assert ends == {
        topic.name: list(pipeline.read(topic)) for topic in pipeline.contracts.every_topic()
    }
    [nothing] = lines("backtest", "--policy", file, "--to", "2020-01-01")
    assert (nothing["judged"], nothing["changed"]) == (0, 0)
    assert "write a day" in refused("backtest", "--policy", file, "--from", "yesterday", expect=2)

    take = Backtest.take

    def interrupted(self: Backtest, *record: Any) -> None:
        if self.judged == 50:
            raise KeyboardInterrupt
        take(self, *record)

    monkeypatch.setattr(Backtest, "take", interrupted)
    result = CliRunner().invoke(app, ["backtest", "--policy", file, "--json"])
    part = json.loads(result.stdout)
    assert (result.exit_code, part["complete"], part["judged"]) == (130, False, 50)
    assert "only the invoices judged so far" in result.stderr


def test_two_who_publish_at_once_do_not_undo_each_other(pipeline: Pipeline) -> None:
    made, _ = generated(1)
    policy = made.policy
    first, second = (
        PolicyTopic(pipeline.kafka, pipeline.contracts, pipeline.codec) for _ in range(2)
    )
    first.claim()
    second.claim()
    second.change(put_in_force({}, policy))
    second.change(tried({IN_FORCE: policy}, replace(policy, version=VERSION), None))
    with pytest.raises(NotPublished, match="try again"):
        first.change(put_in_force({}, replace(policy, version="lost")))

    versions = {key: each.policy.version for key, each in second.published().items()}
    assert versions == {IN_FORCE: policy.version, CANDIDATE: VERSION}
    topic = pipeline.contracts.topic_of(ReferencePolicy)
    assert len({each.partition for each in pipeline.read(topic)}) == 1


def written(shown: str, folder: Path, amount: str = "0.01") -> Path:
    """A file with the policy that was shown, under a new version, and one more row in it."""
    file = folder / "policy.yaml"
    place = shown.index("- row: doubtful")
    text = f"{shown[:place]}{LARGE.replace('0.01', amount)}{shown[place:]}"
    file.write_text(text.replace(shown.splitlines()[0], f"version: {VERSION}"))
    return file


def refused(*arguments: str, expect: int = 1) -> str:
    """What a command complains of."""
    result = CliRunner().invoke(app, [*arguments])
    assert result.exit_code == expect, result.output
    return result.stderr


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
