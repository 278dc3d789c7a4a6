"""The verdict on a fault run: every checker over all that was written, seen and measured."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from connectors.contracts import Contracts
from operators.decision import InvoiceDecision
from operators.enrichment import InvoiceEnriched
from operators.time import Instant
from operators.upload import InvoiceUploaded
from tests.faults import observer
from tests.faults.checks import (
    aborted,
    audit,
    bounds,
    database,
    dead_letters,
    decided,
    enriched,
    fraud,
    inventory,
    join,
    offsets,
    once,
    postponed,
    pricing,
    recovery,
    reviews,
    revisions,
    saga,
    stateless,
    statistics,
    timeouts,
)
from tests.faults.checks.check import Check
from tests.faults.checks.recovery import Decided, Recovery
from tests.faults.checks.reference import Reference
from tests.faults.commits import Commit, read_commits
from tests.faults.history import Run
from tests.faults.recorded import FOLDER, Recorded, record
from tests.faults.rows import Row, Where, read_rows

T = TypeVar("T")


@dataclass(frozen=True)
class Evidence:
    """What the checkers look at."""

    run: Run
    recorded: Recorded
    observed: Callable[[Where], Iterator[Row]]
    """What the observer saw of a partition."""
    commits: Callable[[], Iterator[Commit]]
    """What it saw groups commit."""


def judge(run: Run) -> list[Check]:
    """Read what stands in the run's topics now, and look at everything.

    The flows must be at rest and the observer stopped; the cluster and the database are still
    there.
    """
    return verdict(evidence_of(run))


def evidence_of(run: Run) -> Evidence:
    """What a run has left behind: read from its cluster, and from its folder."""
    contracts = Contracts.load(namespace=run.namespace)
    seen: Path = run.folder / observer.FOLDER
    return Evidence(
        run,
        record(run.kafka, contracts, run.folder / FOLDER),
        lambda where: read_rows(seen, where),
        lambda: read_commits(seen),
    )


def verdict(evidence: Evidence) -> list[Check]:
    """What every checker says. One that fails itself says so, and the others go on."""
    return [_said(name, check) for name, check in _checks(evidence)]


def felt(evidence: Evidence) -> list[Recovery]:
    """How long each fault was felt."""
    return recovery.recoveries(evidence.run.faults, _decided(evidence))


def _checks(evidence: Evidence) -> Iterator[tuple[str, Callable[[], Check]]]:
    run, recorded = evidence.run, evidence.recorded
    reference = Reference(run.world)
    yield (
        decided.NAME,
        lambda: decided.all_decided(
            run.samples, recorded.contents(InvoiceUploaded), recorded.contents(InvoiceDecision)
        ),
    )
    yield once.ANSWERS, lambda: once.answered_once(recorded)
    yield once.DECISIONS, lambda: once.decided_once(recorded)
    yield once.NOTIFICATIONS, lambda: once.told_once(recorded)
    yield stateless.VALIDATION, lambda: stateless.validation_replayed(recorded, reference)
    yield pricing.NAME, lambda: pricing.pricing_replayed(recorded, reference)
    yield fraud.NAME, lambda: fraud.fraud_replayed(recorded, reference)
    yield inventory.NAME, lambda: inventory.inventory_replayed(recorded, reference)
    yield saga.NAME, lambda: saga.books_are_right(recorded, reference)
    yield join.NAME, lambda: join.joined_exactly(recorded)
    yield reviews.NAME, lambda: reviews.asked_and_heard(recorded, reference)
    yield postponed.NAME, lambda: postponed.nothing_left(recorded)
    yield statistics.NAME, lambda: statistics.counted_again(recorded)
    yield enriched.NAME, lambda: enriched.enriched_once(recorded, reference)
    yield aborted.NAME, lambda: aborted.nothing_aborted(_seen_twice(evidence))
    yield offsets.NAME, lambda: offsets.never_back(evidence.commits())
    yield revisions.NAME, lambda: revisions.in_order(recorded.contents(InvoiceDecision))
    yield audit.NAME, lambda: audit.unbroken_and_complete(recorded)
    yield database.NAME, lambda: database.database_equals_topics(recorded, run.database)
    yield timeouts.NAME, lambda: timeouts.none_falsely(recorded, run.join_deadline_s)
    yield bounds.NAME, lambda: bounds.within_bounds(run.processes, len(run.samples))
    yield (
        dead_letters.NAME,
        lambda: dead_letters.none_unexpected(recorded.letters(), reviews.REFUSALS),
    )
    yield recovery.NAME, lambda: recovery.soon(felt(evidence))


def _said(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:
        return Check(name, False, f"could not be judged: {type(error).__name__}: {error}")


def _seen_twice(evidence: Evidence) -> Iterator[tuple[Where, Iterator[Row], Iterator[Row]]]:
    for _, where in evidence.recorded.every_partition():
        yield where, evidence.observed(where), evidence.recorded.rows(where)


def _decided(evidence: Evidence) -> Iterator[Decided]:
    """When each upload was made, and when its first decision and what follows were seen."""
    decided = _first_seen(evidence, InvoiceDecision, lambda _: True)
    topic = evidence.recorded.contracts.topic_of(InvoiceDecision).name
    entered = _first_seen(evidence, _Entry, lambda entry: entry.kind == topic)
    written = _first_seen(evidence, InvoiceEnriched, lambda _: True)
    for upload in evidence.recorded.of(InvoiceUploaded):
        case = (upload.record.request_id, upload.record.attempt)
        if case in decided:
            seen_at = decided[case]
            yield Decided(
                case[0],
                upload.received.timestamp,
                seen_at,
                entered.get(case, seen_at),
                written.get(case, seen_at),
            )


class _Entry(Struct, tag="InvoiceAudit"):
    """Of an audit entry, what it is about."""

    kind: str
    request_id: str
    attempt: int


def _first_seen(
    evidence: Evidence, kind: type[T], counts: Callable[[T], bool]
) -> dict[tuple[str, int], Instant]:
    """When the observer saw the first record that counts, of each request and attempt."""
    found: dict[tuple[str, int], Instant] = {}
    recorded = evidence.recorded
    topic = recorded.contracts.topic_of(kind).name
    for number in recorded.partitions(kind):
        seen = {row.offset: row.seen_at for row in evidence.observed((topic, number))}
        for decoded in recorded.of(kind, number):
            record: Any = decoded.record
            if counts(record):
                found.setdefault((record.request_id, record.attempt), seen[decoded.received.offset])
    return found
