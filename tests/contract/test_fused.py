"""One process for four branches and the join writes what five processes write."""

from collections import Counter
from collections.abc import Iterable

from connectors.stream import Batch, CaughtUp, Outgoing, Revoked
from connectors.tables import MemoryStore
from operators.decision import InvoiceDecision, InvoiceSettled
from operators.result import FraudResult, InventoryResult, PricingResult, ValidationResult
from tests.contract.flow_run import AT, CONTRACTS, SAMPLES, arrived, decoded, sent, start, written

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
