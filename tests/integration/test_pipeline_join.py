"""What one notices of the join: deadlines, late answers, duplicates, replayed dead letters."""

import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence

import pytest
from msgspec.structs import replace

from connectors import dead_letters
from connectors.clock import now
from connectors.stream import Outgoing, Received, Rejected
from flows import BRANCHES, EXTRACT, FLOWS
from manifold.generator import Sample
from operators.decision import InvoiceDecision
from operators.result import (
    FraudResult,
    InventoryResult,
    PricingResult,
    Result,
    ValidationResult,
)
from operators.upload import InvoiceUploaded
from tests.integration.flow_process import REPOSITORY
from tests.integration.pipeline import Pipeline, generated
from tests.integration.raw import write

DEADLINE = 2
"""Seconds, where a test wants the deadline to pass; elsewhere it is out of reach."""
COUNT = 400
ANSWERS: tuple[type[Result], ...] = (
    ValidationResult,
    InventoryResult,
    FraudResult,
    PricingResult,
)


class Place:
    """A pipeline, and invoices that have not been uploaded yet."""

    def __init__(self, pipeline: Pipeline, samples: list[Sample]) -> None:
        self.pipeline = pipeline
        self._samples = iter(samples)

    def uploads(self, count: int) -> list[InvoiceUploaded]:
        """The next invoices, all without a fault."""
        return [next(self._samples).upload for _ in range(count)]

    def decisions(self, uploads: Iterable[InvoiceUploaded]) -> dict[str, list[InvoiceDecision]]:
        """All decisions on uploads, in the order in which they were made."""
        found: dict[str, list[InvoiceDecision]] = {each.request_id: [] for each in uploads}
        for decision in self.pipeline.seen.all(InvoiceDecision):
            if decision.request_id in found:
                found[decision.request_id].append(decision)
        return found

    def until_decided(self, uploads: Sequence[InvoiceUploaded], times: int, what: str) -> None:
        """Wait until each has so many decisions."""
        self.pipeline.until(
            lambda: all(len(made) >= times for made in self.decisions(uploads).values()), what
        )

    def answers(self, kind: type[Result], upload: InvoiceUploaded) -> int:
        """How often a branch has answered."""
        found = self.pipeline.seen.all(kind)
        return sum(each.request_id == upload.request_id for each in found)


@pytest.fixture(scope="module")
def place(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    world, samples = generated(COUNT, fault_rate=0)
    folder = tmp_path_factory.mktemp("pipeline")
    with Pipeline(bootstrap, folder, MANIFOLD_JOIN__DEADLINE="600") as pipeline:
        pipeline.publish_reference(world)
        yield Place(pipeline, samples)


def test_a_missing_branch_is_named_and_its_late_answer_makes_revision_two(place: Place) -> None:
    pipeline = place.pipeline
    pipeline.running("validation", "inventory", "fraud")
    uploads = place.uploads(10)
    pipeline.publish(*uploads)
    pipeline.at_rest("validation", "inventory", "fraud")
    pipeline.start("decide", MANIFOLD_JOIN__DEADLINE=str(DEADLINE))
    place.until_decided(uploads, 1, "partial decisions")
    for made in place.decisions(uploads).values():
        [first] = made
        assert (first.revision, first.complete, first.missing) == (1, False, ("PRICING",))
        assert (first.status, first.changes) == ("REVIEW", ())

    pipeline.start("pricing")
    place.until_decided(uploads, 2, "revisions completed by pricing")
    pipeline.at_rest("pricing", "decide")
    pipeline.running(*BRANCHES)
    for first, second in place.decisions(uploads).values():
        assert (second.revision, second.complete, second.missing) == (2, True, ())
        assert second.status == "APPROVED"
        assert second.changes == ("pricing: missing → MATCH", "status: REVIEW → APPROVED")
        assert second.branches[:3] == first.branches


def test_nothing_times_out_because_decide_was_away(place: Place) -> None:
    pipeline = place.pipeline
    pipeline.running(*BRANCHES)
    uploads = place.uploads(200)
    pipeline.publish(*uploads)
    pipeline.at_rest(*BRANCHES)
    answered = now()
    pipeline.until(lambda: now() - answered > (DEADLINE + 1) * 1_000, "the deadline has passed")

    # Small polls and hasty looks at the deadlines: the backlog outlasts many of them.
    pipeline.start(
        "decide",
        MANIFOLD_JOIN__DEADLINE=str(DEADLINE),
        MANIFOLD_JOIN__CHECK_EVERY="0.02",
        MANIFOLD_FLOW__POLL_RECORDS="20",
    )
    place.until_decided(uploads, 1, "decisions after the outage")
    pipeline.at_rest("decide")
    pipeline.running(*BRANCHES)
    for made in place.decisions(uploads).values():
        assert [(each.revision, each.complete, each.status) for each in made] == [
            (1, True, "APPROVED")
        ]


def test_an_upload_sent_again_is_decided_once_and_a_second_attempt_separately(
    place: Place,
) -> None:
    pipeline = place.pipeline
    pipeline.running(*BRANCHES, "decide")
    uploads = place.uploads(10)
    pipeline.publish(*uploads, *uploads)
    place.until_decided(uploads, 1, "decisions")
    pipeline.publish(*uploads)
    pipeline.at_rest(*BRANCHES, "decide")
    pipeline.running(*BRANCHES)
    pipeline.publish(*uploads)
    pipeline.at_rest(*BRANCHES)
    pipeline.start("decide")
    pipeline.publish(*(replace(upload, attempt=2) for upload in uploads))
    place.until_decided(uploads, 2, "decisions on the second attempts")
    pipeline.at_rest(*BRANCHES, "decide")
    for upload, made in zip(uploads, place.decisions(uploads).values(), strict=True):
        assert [(each.attempt, each.revision) for each in made] == [(1, 1), (2, 1)]
        assert all(each.complete for each in made)
        assert made[0].status == "APPROVED"
        assert [place.answers(kind, upload) for kind in ANSWERS] == [5, 5, 5, 5]


def test_what_breaks_the_contract_is_a_dead_letter_of_every_branch(place: Place) -> None:
    pipeline = place.pipeline
    pipeline.running(*FLOWS)
    [upload] = place.uploads(1)
    topic = pipeline.contracts.topic_of(InvoiceUploaded)
    nameless = pipeline.codec.encoder(InvoiceUploaded)(replace(upload, vendor_id=None))
    write(
        pipeline.kafka,
        [
            Outgoing(topic.name, b"nobody", nameless, [("from", b"a test")]),
            Outgoing(topic.name, b"nobody", b"\x00\x7f\xff\xff\xff?", [("from", b"a test")]),
        ],
    )
    pipeline.at_rest()
    letters = [each for each in pipeline.seen.letters() if each.key == b"nobody"]
    assert sorted(map(_reason_and_group, letters)) == sorted(
        [
            *(("contract_broken", pipeline.namespace + flow) for flow in BRANCHES),
            *(
                ("unknown_schema", pipeline.namespace + flow)
                for flow in (EXTRACT, *BRANCHES, "collect")
            ),
        ]
    )
    for letter in letters:
        broken = letter.header(dead_letters.ERROR_REASON) == b"contract_broken"
        assert letter.value == (nameless if broken else b"\x00\x7f\xff\xff\xff?")
        assert letter.header("from") == b"a test"
        assert letter.header(dead_letters.TOPIC) == topic.name.encode()
        assert letter.header(dead_letters.MESSAGE)
        [origin] = [
            each
            for each in pipeline.seen.raw(InvoiceUploaded)
            if (each.key, each.value) == (letter.key, letter.value)
        ]
        assert letter.timestamp == origin.timestamp
        assert letter.header(dead_letters.PARTITION) == str(origin.partition).encode()
        assert letter.header(dead_letters.OFFSET) == str(origin.offset).encode()


def test_a_dead_letter_replayed_to_its_group_completes_the_decision(place: Place) -> None:
    pipeline = place.pipeline
    pipeline.running(*BRANCHES)
    [upload] = place.uploads(1)
    topic = pipeline.contracts.topic_of(InvoiceUploaded)
    key, value = topic.key_of(upload).encode(), pipeline.codec.encoder(InvoiceUploaded)(upload)
    others = [pipeline.namespace + flow for flow in BRANCHES if flow != "pricing"]
    write(
        pipeline.kafka,
        [
            Outgoing(topic.name, key, value, [(dead_letters.TARGET_GROUP, group.encode())])
            for group in others
        ],
    )
    pipeline.at_rest(*BRANCHES)
    pipeline.start("decide", MANIFOLD_JOIN__DEADLINE=str(DEADLINE))
    place.until_decided([upload], 1, "a decision without pricing")
    [[first]] = place.decisions([upload]).values()
    assert (first.complete, first.missing) == (False, ("PRICING",))

    received = Received(topic.name, 0, 0, key, value, [("from", b"a test")], now())
    letters = dead_letters.DeadLetters(
        pipeline.namespace + "pricing", pipeline.contracts.dead_letters_of
    )
    letter = letters.make(Rejected(received, "undecodable", "for a while"), now())
    write(pipeline.kafka, [letter])
    replay = [sys.executable, "-m", "manifold", "dlq", "replay", "--group", "pricing"]
    subprocess.run(
        [*replay, "--request", upload.request_id, "--yes"],
        cwd=REPOSITORY,
        env=pipeline.variables,
        check=True,
        timeout=60,
    )
    place.until_decided([upload], 2, "the decision completed")
    pipeline.at_rest(*BRANCHES, "decide")
    [[_, second]] = place.decisions([upload]).values()
    assert (second.revision, second.complete, second.status) == (2, True, "APPROVED")
    assert [place.answers(kind, upload) for kind in ANSWERS] == [1, 1, 1, 1]


def _reason_and_group(letter: Received) -> tuple[str, str]:
    reason, group = letter.header(dead_letters.ERROR_REASON), letter.header(dead_letters.GROUP)
    return (reason or b"").decode(), (group or b"").decode()
