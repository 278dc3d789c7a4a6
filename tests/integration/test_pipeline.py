"""All flows together: every invoice decided once, as it should be, and every topic agreeing."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

import pytest

from flows import FLOWS
from manifold.generator import Sample
from operators.audit import InvoiceAudit, verify
from operators.decision import InvoiceDecision, InvoiceNotification, InvoiceSettled
from operators.notification import notification
from operators.result import (
    FraudResult,
    InventoryResult,
    PricingResult,
    Result,
    ValidationResult,
)
from operators.review import InvoiceReviewRequested
from tests.integration.pipeline import Pipeline, generated

COUNT = 200
RESULTS: tuple[type[Result], ...] = (
    ValidationResult,
    InventoryResult,
    FraudResult,
    PricingResult,
)


class Run:
    """What a run over generated invoices has left behind."""

    def __init__(self, pipeline: Pipeline, samples: list[Sample]) -> None:
        self.pipeline = pipeline
        self.samples = samples
        self.requests = {sample.upload.request_id for sample in samples}
        self.decisions = pipeline.seen.all(InvoiceDecision)


@pytest.fixture(scope="module")
def run(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    world, samples = generated(COUNT, fault_rate=0.4)
    with Pipeline(bootstrap, tmp_path_factory.mktemp("pipeline")) as pipeline:
        pipeline.publish_reference(world)
        pipeline.running(*FLOWS)
        pipeline.publish(*(sample.upload for sample in samples))
        pipeline.at_rest()
        yield Run(pipeline, samples)


def test_every_invoice_gets_one_complete_decision(run: Run) -> None:
    found = Counter(decision.request_id for decision in run.decisions)
    assert found == Counter(run.requests)
    assert all(decision.complete and decision.revision == 1 for decision in run.decisions)


def test_every_fault_is_found_by_its_branch_and_decided_as_it_must_be(run: Run) -> None:
    decided = {decision.request_id: decision for decision in run.decisions}
    assert len({sample.fault for sample in run.samples}) > 10
    for sample in run.samples:
        decision = decided[sample.upload.request_id]
        assert (sample.fault, decision.status) == (sample.fault, sample.decision)
        answers = {answer.branch: answer.status for answer in decision.branches}
        if sample.branch is not None:
            assert (sample.fault, answers[sample.branch]) == (sample.fault, sample.expected)


def test_every_branch_answers_once_and_settles_what_is_final(run: Run) -> None:
    seen = run.pipeline.seen
    for kind in RESULTS:
        assert Counter(result.request_id for result in seen.all(kind)) == Counter(run.requests)
    settled = Counter((each.request_id, each.outcome) for each in seen.all(InvoiceSettled))
    assert settled == Counter(
        (decision.request_id, decision.status)
        for decision in run.decisions
        if decision.status != "REVIEW"
    )
    assert seen.letters() == []


def test_the_audit_topic_holds_every_event_once_in_unbroken_chains(run: Run) -> None:
    entries = sorted(
        run.pipeline.seen.all(InvoiceAudit), key=lambda each: (each.chain, each.sequence)
    )
    chains = {chain: list(found) for chain, found in groupby(entries, lambda each: each.chain)}
    assert [verify(found) for found in chains.values()] == [None] * len(chains)
    assert len({entry.event_id for entry in entries}) == len(entries) == happened(run)


def test_whoever_must_act_is_notified_once(run: Run) -> None:
    expected = [note for each in run.decisions if (note := notification(each)) is not None]
    found = run.pipeline.seen.all(InvoiceNotification)
    assert sorted(found, key=_by_id) == sorted(expected, key=_by_id)
    assert 0 < len(found) < COUNT


def test_the_database_says_what_the_topics_say(run: Run) -> None:
    entries = run.pipeline.seen.all(InvoiceAudit)
    with run.pipeline.store() as store:
        assert store.verify() is None
        rows = store.stats().rows
        assert rows["upload"] == rows["decision"] == COUNT
        assert rows["result"] == 4 * COUNT
        assert rows["audit_entry"] == happened(run)
        assert rows["open_review"] == len(run.pipeline.seen.all(InvoiceReviewRequested))
        for decision in run.decisions:
            history = store.request(decision.request_id)
            assert history is not None
            assert history.decisions == (decision,)
            told = {entry for entry in entries if entry.request_id == decision.request_id}
            assert set(history.audit) == told


def test_every_group_reaches_the_ends_by_the_brokers_own_account(run: Run) -> None:
    assert {flow: run.pipeline.lag(flow) for flow in FLOWS} == dict.fromkeys(FLOWS, 0)


def happened(run: Run) -> int:
    """Of each request its upload, four answers and the decision, and what people are asked."""
    asked = len(run.pipeline.seen.all(InvoiceReviewRequested))
    assert asked
    return 6 * COUNT + asked


def _by_id(note: InvoiceNotification) -> str:
    return note.notification_id


def test_a_tool_that_is_not_ours_reads_the_decisions_by_their_keys(run: Run) -> None:
    topic = run.pipeline.contracts.topic_of(InvoiceDecision).name
    address = run.pipeline.kafka["bootstrap.servers"]
    asked = f"kcat -b {address} -C -t {topic} -o beginning -e -q -f %k\\n"
    read = subprocess.run(
        [*asked.split(), "-X", "isolation.level=read_committed"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert Counter(read.stdout.split()) == Counter(run.requests)
