"""One process for four branches and the join writes what five processes write."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from msgspec.structs import replace

from connectors.dead_letters import ERROR_REASON
from connectors.stream import Batch, CaughtUp, Outgoing, Revoked
from connectors.tables import MemoryStore
from connectors.wire import FORWARDED
from operators.candidate import CANDIDATE, IN_FORCE, in_share
from operators.decision import InvoiceDecision, InvoiceSettled
from operators.money import ONE
from operators.reference import ReferencePolicy
from operators.result import FraudResult, InventoryResult, PricingResult, ValidationResult
from operators.review import InvoiceReviewRequested
from operators.upload import InvoiceUploaded
from tests.contract.flow_run import start, written
from tests.contract.generated_records import (
    AT,
    CONTRACTS,
    SAMPLES,
    WORLD,
    arrived,
    completed,
    decoded,
    said_by_people,
    sent,
)

RESULTS = (ValidationResult, InventoryResult, FraudResult, PricingResult)
BRANCHES = ("validation", "inventory", "fraud", "pricing")
UPLOADS = [sent(sample.upload, offset) for offset, sample in enumerate(SAMPLES)]


def of(
    written: Iterable[Outgoing], *kinds: type
) -> Counter[tuple[str, bytes | None, bytes | None]]:
    """Records of some types, and how often each was written."""
    topics = {CONTRACTS.topic_of(kind).name for kind in kinds}
    return Counter((each.topic, each.key, each.value) for each in written if each.topic in topics)


def apart() -> list[Outgoing]:
    """What five processes write on the uploads."""
    results = [record for branch in BRANCHES for record in written(branch, UPLOADS)]
    answers = [arrived(each, offset) for offset, each in enumerate(results)]
    return [*results, *written("decide", answers)]


def test_the_same_records_as_five_processes() -> None:
    fused, five = written("fused", UPLOADS), apart()
    for kinds in (RESULTS, (InvoiceDecision,), (InvoiceSettled,)):
        assert of(fused, *kinds) == of(five, *kinds)
    assert len(of(fused, InvoiceDecision)) == len(SAMPLES)


def test_an_upload_that_comes_twice_is_decided_once() -> None:
    again = [sent(sample.upload, 100 + offset) for offset, sample in enumerate(SAMPLES)]
    fused = written("fused", [*UPLOADS, *again])
    decisions = [each for each in fused if each.topic == CONTRACTS.topic_of(InvoiceDecision).name]
    assert len(decisions) == len(SAMPLES)


def test_what_it_settles_confirms_and_releases_what_was_reserved() -> None:
    fused = written("fused", UPLOADS)
    topic = CONTRACTS.topic_of(InvoiceSettled).name
    settled = [arrived(each, number) for number, each in enumerate(fused) if each.topic == topic]
    assert settled
    events = [Batch(0, AT, UPLOADS), Batch(0, AT, settled)]
    together, alone = start("fused", events), start("inventory", events)
    assert contents(together.states["inventory"]) == contents(alone.state) != {}


def test_a_partition_that_leaves_takes_the_tables_of_all_with_it() -> None:
    runtime = start("fused", [Batch(0, AT, UPLOADS), Revoked(0), CaughtUp(0, AT, AT)])
    for flow in ("inventory", "fraud", "fused"):
        assert not any(contents(runtime.states[flow]).values())
    topic = CONTRACTS.topic_of(InvoiceDecision).name
    decisions = [each for batch in runtime.written for each in batch if each.topic == topic]
    assert len(decisions) == len(SAMPLES)
    assert all(decoded(each).complete for each in decisions)


def contents(store: MemoryStore) -> dict[str, dict[str, object]]:
    """What the tables of the only partition hold."""
    tables = store.partitions.get(0, {})
    return {name: dict(table.items()) for name, table in tables.items()}


POLICY: ReferencePolicy = WORLD.policy
STRICT = replace(
    POLICY, policy_id=CANDIDATE, version="strict", fraud_warning_score=0, price_tolerance_percent=0
)
CANARY = replace(STRICT, canary_percent=50 * ONE)


@pytest.mark.parametrize("candidate", [STRICT, CANARY], ids=["shadow", "canary"])
def test_five_processes_and_one_try_a_candidate_alike(candidate: ReferencePolicy) -> None:
    fused = written("fused", UPLOADS, policies=[candidate])
    results = [
        record for branch in BRANCHES for record in written(branch, UPLOADS, policies=[candidate])
    ]
    answers = [arrived(each, offset) for offset, each in enumerate(results)]
    five = [*results, *written("decide", answers, policies=[candidate])]
    for kinds in (RESULTS, (InvoiceDecision,)):
        assert of(fused, *kinds) == of(five, *kinds)


def test_a_canary_judges_its_requests_in_every_branch_and_no_others() -> None:
    judged = {
        decision.request_id: decision
        for decision in records(written("fused", UPLOADS, policies=[CANARY]), InvoiceDecision)
    }
    canaries = {each for each in judged if in_share(each, 50 * ONE)}
    assert 0 < len(canaries) < len(judged)
    for request_id, decision in judged.items():
        version = "strict" if request_id in canaries else POLICY.version
        assert decision.canary == (request_id in canaries)
        assert decision.policy_version == version
        assert {answer.policy_version for answer in decision.branches} == {version}
        assert not decision.mixed_policies
        assert decision.shadow is None
    for result in records(written("fused", UPLOADS, policies=[CANARY]), *RESULTS):
        assert result.canary == (result.request_id in canaries)


@pytest.mark.parametrize("flow", ["inventory", "fraud", "fused"])
def test_a_shadow_changes_nothing_but_what_it_says_itself(flow: str) -> None:
    alone = start(flow, [Batch(0, AT, UPLOADS)])
    beside = start(flow, [Batch(0, AT, UPLOADS)], policies=[STRICT])
    for name, state in alone.states.items():
        if name != "fused":
            assert contents(beside.states[name]) == contents(state)
    kinds = {CONTRACTS.topic_of(kind).name for kind in RESULTS}
    plain = [decoded(each) for batch in alone.written for each in batch if each.topic in kinds]
    both = [decoded(each) for batch in beside.written for each in batch if each.topic in kinds]
    assert [replace(result, shadow=None) for result in both] == plain
    assert all(result.shadow.policy_version == "strict" for result in both)


def test_a_shadow_decides_what_it_would_decide_alone() -> None:
    alone = written("fused", UPLOADS, policies=[replace(STRICT, policy_id=IN_FORCE)])
    beside = records(written("fused", UPLOADS, policies=[STRICT]), InvoiceDecision)
    expected = {each.request_id: each.status for each in records(alone, InvoiceDecision)}
    assert {each.request_id: each.shadow.status for each in beside} == expected
    assert any(each.shadow.status != each.status for each in beside)
    assert {each.policy_version for each in beside} == {POLICY.version}


def records(written: Iterable[Outgoing], *kinds: type) -> list[Any]:
    """The records of some types."""
    topics = {CONTRACTS.topic_of(kind).name for kind in kinds}
    return [decoded(each) for each in written if each.topic in topics]


def test_people_are_asked_and_heard_as_in_five_processes() -> None:
    alone = written("fused", UPLOADS)
    said = [sent(each, 500 + number) for number, each in enumerate(said_by_people(alone))]
    fused = [
        r for rs in start("fused", [Batch(0, AT, UPLOADS), Batch(0, AT, said)]).written for r in rs
    ]
    results = [record for branch in BRANCHES for record in written(branch, UPLOADS)]
    answers = [arrived(each, offset) for offset, each in enumerate(results)]
    five = written("decide", [*answers, *said])
    kinds = (InvoiceDecision, InvoiceSettled, InvoiceReviewRequested, InvoiceUploaded)
    for kind in kinds:
        assert of(fused, kind) == of(five, kind) != Counter()
    assert not [each for each in fused if each.topic.endswith(".dlq")]


def test_an_answer_that_came_to_the_wrong_partition_is_sent_on_once() -> None:
    asked = next(
        decoded(each) for each in written("fused", UPLOADS) if "review.requested" in each.topic
    )
    answer = sent(completed(asked, "APPROVED", "anna"))
    assert answer.key == asked.request_id.encode() != asked.vendor_id.encode()

    (outgoing,) = written("fused", [answer])

    assert (outgoing.topic, outgoing.key) == (answer.topic, asked.vendor_id.encode())
    assert outgoing.value == answer.value
    assert outgoing.headers == [*answer.headers, (FORWARDED, b"0:0")]
    (letter,) = written("fused", [arrived(outgoing, 9)])
    assert (ERROR_REASON, b"review_unknown") in letter.headers
    (letter,) = written("decide", [answer])
    assert (ERROR_REASON, b"review_unknown") in letter.headers
    (back,) = written("decide", [arrived(outgoing, 9)])
    assert (back.topic, back.key) == (answer.topic, answer.key)
    assert back.headers == outgoing.headers
