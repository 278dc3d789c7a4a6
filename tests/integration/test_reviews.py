"""People decide what the join could not: two approvals, a correction, and kills in between."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from connectors import dead_letters
from connectors.clock import now
from connectors.policy_file import write_policy
from connectors.settings import Settings
from connectors.stream import Received
from flows import BRANCHES, COLLECT, FUSED, JOIN
from manifold.cli.app import app
from manifold.cli.policy import starter_policy
from manifold.generator import Sample
from manifold.handover import Handover, Unfinished
from operators.decide import WORST_DECIDES
from operators.decision import InvoiceDecision, InvoiceSettled, ReviewOutcome
from operators.decision_table import DecisionRow
from operators.money import ONE
from operators.review import PERSON, InvoiceReviewCompleted, InvoiceReviewRequested
from operators.upload import InvoiceUploaded
from tests.integration.pipeline import Pipeline, generated

EVERYTHING = DecisionRow(
    name="everything",
    status="REVIEW",
    approvers="purchasing",
    reason="A person looks at every first attempt.",
    amount_from=1,
)
POLICY = replace(
    starter_policy(), version="people", decision=(EVERYTHING, *WORST_DECIDES), four_eyes_from=ONE
)


class Office:
    """A pipeline under whose policy a person decides everything."""

    def __init__(self, pipeline: Pipeline, samples: list[Sample], folder: Path) -> None:
        self.pipeline = pipeline
        self._samples = iter(samples)
        self._folder = folder

    def put_in_force(self, policy: Any) -> None:
        file = self._folder / "policy.yaml"
        file.write_text(write_policy(policy))
        run("policy", "publish", str(file))

    def asked(self) -> tuple[InvoiceUploaded, InvoiceReviewRequested]:
        """Upload an invoice, and wait until a person is asked about it."""
        upload = next(self._samples).upload
        self.pipeline.publish(upload)
        return upload, self.request(upload.request_id, 1)

    def request(self, request_id: str, revision: int) -> InvoiceReviewRequested:
        """What a person is asked about a revision."""

        def found() -> list[InvoiceReviewRequested]:
            return [
                each
                for each in self.pipeline.seen.all(InvoiceReviewRequested)
                if (each.request_id, each.revision) == (request_id, revision)
            ]

        self.pipeline.until(lambda: bool(found()), f"a person is asked about {request_id}")
        return found()[-1]

    def decisions(self, request_id: str) -> list[InvoiceDecision]:
        every = self.pipeline.seen.all(InvoiceDecision)
        return [each for each in every if each.request_id == request_id]

    def until_decided(self, request_id: str, attempt: int, status: str) -> InvoiceDecision:
        self.pipeline.until(
            lambda: any(
                (each.attempt, each.status) == (attempt, status)
                for each in self.decisions(request_id)
            ),
            f"attempt {attempt} of {request_id} is {status}",
        )
        return self.decisions(request_id)[-1]

    def settled(self, request_id: str) -> list[tuple[int, str]]:
        every = self.pipeline.seen.all(InvoiceSettled)
        return sorted(
            (each.attempt, each.outcome) for each in every if each.request_id == request_id
        )

    def letter(self, request_id: str) -> Received:
        """The dead letter of a person's answer."""

        def found() -> list[Received]:
            name = self.pipeline.contracts.topic_of(InvoiceReviewCompleted).name
            letters = self.pipeline.seen.letters()
            return [
                each
                for each in letters
                if each.topic == f"{name}.dlq" and request_id.encode() in (each.value or b"")
            ]

        self.pipeline.until(lambda: bool(found()), f"an answer about {request_id} is refused")
        return found()[-1]


def answer(
    asked: InvoiceReviewRequested, outcome: ReviewOutcome, reviewer: str, **changes: Any
) -> InvoiceReviewCompleted:
    completed = InvoiceReviewCompleted(
        request_id=asked.request_id,
        attempt=asked.attempt,
        revision=asked.revision,
        vendor_id=asked.vendor_id,
        outcome=outcome,
        reviewer=reviewer,
        reason="Looked at.",
        completed_at=now(),
    )
    return replace(completed, **changes)


def run(*arguments: str, expect: int = 0) -> str:
    result = CliRunner().invoke(app, [*arguments])
    assert result.exit_code == expect, result.output
    return result.stdout


def lines(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(*arguments, "--json").splitlines()]


@pytest.fixture
def office(bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    world, samples = generated(40, fault_rate=0)
    with Pipeline(bootstrap, tmp_path / "pipeline") as pipeline:
        monkeypatch.setenv("MANIFOLD_NAMESPACE", pipeline.namespace)
        monkeypatch.setenv("MANIFOLD_KAFKA__BOOTSTRAP_SERVERS", bootstrap)
        # Loggers would keep the captured standard error, which is closed after each command.
        monkeypatch.setattr("connectors.logs.configure", lambda **_: None)
        pipeline.publish_reference(world)
        there = Office(pipeline, samples, tmp_path)
        there.put_in_force(POLICY)
        yield there


def test_two_people_approve_and_what_was_reserved_is_confirmed(office: Office) -> None:
    pipeline = office.pipeline
    pipeline.running(*BRANCHES, JOIN, COLLECT)
    upload, asked = office.asked()
    request = upload.request_id
    assert (asked.needed, asked.row, asked.approvers) == (2, "everything", "purchasing")
    [listed] = lines("review", "list", "--group", "purchasing")
    assert (listed["request_id"], listed["revision"]) == (request, 1)

    reason = ("--reason", "Goods are here.")
    [sent, decided] = lines("review", "approve", request, "--by", "anna", *reason, "--wait")
    assert (sent["event"], decided["status"], decided["revision"]) == ("sent", "REVIEW", 2)
    run("review", "approve", request, "--by", "Anna ", *reason, "--wait", expect=1)
    assert office.letter(request).header(dead_letters.ERROR_REASON) == b"same_reviewer"
    assert office.settled(request) == []
    shown = run("review", "show", request)
    assert "Approved by 1 of the 2 people it takes." in shown
    run("review", "approve", request, "--by", "ben", *reason, "--revision", "1", expect=1)

    [_, decided] = lines("review", "approve", request, "--by", "ben", *reason, "--wait")

    assert (decided["status"], decided["decided_by"]) == ("APPROVED", PERSON)
    assert [note["reviewer"] for note in decided["reviews"]] == ["anna", "ben"]
    pipeline.at_rest(*BRANCHES, JOIN, COLLECT)
    assert office.settled(request) == [(1, "APPROVED")]
    assert lines("review", "list") == []
    assert "Decided by a person: Goods are here." in run("explain", request)
    assert "APPROVED on revision 2 by ben" in run("trace", request)
    with pipeline.store() as store:
        history = store.request(request)
        assert history is not None
        assert [each.status for each in history.decisions] == ["REVIEW", "REVIEW", "APPROVED"]
        said = [each.status for each in history.audit if "review.completed" in each.kind]
        assert said == ["APPROVED", "APPROVED", "APPROVED"]
        assert store.verify() is None


def test_a_correction_is_judged_as_the_next_attempt_whoever_is_killed(office: Office) -> None:
    pipeline = office.pipeline
    pipeline.running(*BRANCHES, JOIN)
    people = [office.asked() for _ in range(6)]
    # What is judged from now on needs nobody.
    office.put_in_force(replace(POLICY, version="trusting", decision=WORST_DECIDES))
    decide = next(each for each in pipeline.processes if each.flow == JOIN)
    for upload, asked in people:
        completed = answer(asked, "CORRECTED", "anna", corrected=upload.invoice)
        pipeline.publish(completed, completed)
        decide = pipeline.killed(decide)
        pipeline.publish(completed)
    for upload, _ in people:
        request = upload.request_id
        office.until_decided(request, 2, "APPROVED")
    pipeline.at_rest(*BRANCHES, JOIN)
    for upload, _ in people:
        request = upload.request_id
        made = [(each.attempt, each.revision, each.status) for each in office.decisions(request)]
        assert sorted(made) == [(1, 1, "REVIEW"), (1, 2, "REPLACED"), (2, 1, "APPROVED")]
        assert office.settled(request) == [(1, "REPLACED"), (2, "APPROVED")]
        uploads = [
            each
            for each in pipeline.seen.all(InvoiceUploaded)
            if (each.request_id, each.attempt) == (request, 2)
        ]
        assert [each.origin for each in uploads] == ["REVIEW"]
    assert pipeline.seen.letters() == []


def test_what_is_under_review_goes_along_when_the_way_of_running_changes(office: Office) -> None:
    pipeline = office.pipeline
    settings = Settings.load(kafka=pipeline.kafka, namespace=pipeline.namespace)
    pipeline.running(*BRANCHES, JOIN)
    people = [office.asked() for _ in range(6)]
    pipeline.at_rest(*BRANCHES, JOIN)
    pipeline.running()
    # Said while nobody was there to hear it.
    pipeline.publish(*(answer(asked, "REJECTED", "anna") for _, asked in people[:2]))
    with pytest.raises(Unfinished):
        Handover(settings).to_fused()
    pipeline.running(JOIN)
    pipeline.at_rest(JOIN)
    pipeline.running()
    assert Handover(settings).to_fused()

    pipeline.running(FUSED)
    pipeline.publish(*(answer(asked, "REJECTED", "anna") for _, asked in people[2:4]))
    for upload, _ in people[2:4]:
        office.until_decided(upload.request_id, 1, "REJECTED")
    pipeline.at_rest(FUSED)
    pipeline.running()
    assert Handover(settings).to_apart()

    pipeline.running(*BRANCHES, JOIN)
    pipeline.publish(*(answer(asked, "REJECTED", "anna") for _, asked in people[4:]))
    for upload, _ in people:
        office.until_decided(upload.request_id, 1, "REJECTED")
        assert office.settled(upload.request_id) == [(1, "REJECTED")]
    assert pipeline.seen.letters() == []


def test_the_fused_flow_finds_the_request_of_an_answer_in_whichever_partition(
    office: Office,
) -> None:
    pipeline = office.pipeline
    pipeline.running(FUSED)
    people = [office.asked() for _ in range(8)]
    pipeline.publish(*(answer(asked, "REJECTED", "anna") for _, asked in people))
    for upload, _ in people:
        office.until_decided(upload.request_id, 1, "REJECTED")
        assert office.settled(upload.request_id) == [(1, "REJECTED")]
    unknown = replace(people[0][1], request_id="nobody-was-asked")
    pipeline.publish(answer(unknown, "APPROVED", "anna"))
    letter = office.letter("nobody-was-asked")
    assert letter.header(dead_letters.ERROR_REASON) == b"review_unknown"
