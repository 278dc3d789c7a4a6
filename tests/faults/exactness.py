"""What must be true after any fault: nothing lost, nothing doubled, all state exact."""

from collections.abc import Iterable, Sequence

from connectors.browse import read_all
from manifold.generator import Sample, World
from operators.decision import InvoiceDecision
from operators.upload import InvoiceUploaded
from tests.faults.checks import (
    audit,
    database,
    dead_letters,
    decided,
    fraud,
    inventory,
    join,
    once,
    postponed,
    pricing,
    reviews,
    revisions,
    saga,
    stateless,
    timeouts,
)
from tests.faults.checks.check import Check
from tests.faults.checks.reference import Reference
from tests.faults.history import Expected
from tests.faults.recorded import Recorded, in_memory
from tests.integration.pipeline import Pipeline


def assert_exact(pipeline: Pipeline, world: World, samples: Sequence[Sample]) -> None:
    """Every upload answered, decided and settled once and rightly, the state included."""
    recorded = recorded_of(pipeline)
    reference = Reference(world)
    expected = [
        Expected(each.upload.request_id, each.upload.attempt, each.fault, each.decision)
        for each in samples
    ]
    decisions = list(recorded.contents(InvoiceDecision))
    deadline = float(pipeline.variables["MANIFOLD_JOIN__DEADLINE"])
    assert_passed(
        decided.all_decided(expected, recorded.contents(InvoiceUploaded), decisions),
        once.answered_once(recorded),
        once.decided_once(recorded),
        stateless.validation_replayed(recorded, reference),
        pricing.pricing_replayed(recorded, reference),
        fraud.fraud_replayed(recorded, reference),
        inventory.inventory_replayed(recorded, reference),
        saga.books_are_right(recorded, reference),
        join.joined_exactly(recorded),
        reviews.asked_and_heard(recorded, reference),
        postponed.nothing_left(recorded),
        revisions.in_order(decisions),
        timeouts.none_falsely(recorded, deadline),
        dead_letters.none_unexpected(recorded.letters()),
    )


def assert_collected(pipeline: Pipeline) -> None:
    """Everything that happened is in the database and the audit trail, and told, once."""
    recorded = recorded_of(pipeline)
    assert_passed(
        once.told_once(recorded),
        audit.unbroken_and_complete(recorded),
        database.database_equals_topics(recorded, pipeline.database),
    )


def recorded_of(pipeline: Pipeline) -> Recorded:
    """All that stands in a pipeline's topics."""
    topics = [topic.name for topic in pipeline.contracts.every_topic()]
    return in_memory(pipeline.contracts, read_all(pipeline.kafka, topics))


def assert_passed(*checks: Check) -> None:
    """Show what has not passed."""
    failed: Iterable[Check] = [check for check in checks if not check.passed]
    assert not failed, "\n".join(f"{check.name}: {check.detail}" for check in failed)
