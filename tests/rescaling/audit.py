"""What stands in the topics when all is over: nothing lost, nothing doubled, all of it right."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from manifold.generator import World
from operators.decision import InvoiceDecision
from operators.time import Instant
from operators.upload import InvoiceUploaded
from tests.faults.checks import (
    dead_letters,
    decided,
    fraud,
    inventory,
    join,
    once,
    pricing,
    revisions,
    saga,
    stateless,
    timeouts,
)
from tests.faults.checks.check import Check, Findings
from tests.faults.checks.reference import Reference
from tests.faults.history import Expected
from tests.faults.recorded import FOLDER, Recorded, record
from tests.rescaling.scene import Scene

FIRST = "every upload has exactly one first decision"

_BESIDE = ("reference", "audit")
"""Topics that no check looks at: their kind, or the end of their name."""


@dataclass(frozen=True)
class Audit:
    """What was found."""

    checks: tuple[Check, ...]
    uploaded: Mapping[str, Instant]
    """When each request was uploaded, by the broker's account."""
    decisions: int
    """First decisions, revision 1."""
    lost: int
    """Uploads without one."""
    doubled: int
    """Revisions that stand there more often than once."""
    incomplete: int
    """First decisions that fell with an answer missing."""

    @property
    def passed(self) -> bool:
        """Whether all is well."""
        return all(check.passed for check in self.checks)


def audit(scene: Scene, sent: Sequence[Expected], made: World, folder: Path) -> Audit:
    """Read the topics of a run that has come to rest, and look at everything."""
    wanted = scene.contracts.every_topic()
    without = [each.name for each in wanted if each.kind in _BESIDE or each.name.endswith(_BESIDE)]
    recorded = record(scene.kafka, scene.contracts, folder / FOLDER, without)
    return judged(recorded, sent, made, scene.settings.join.deadline.total_seconds())


def judged(recorded: Recorded, sent: Sequence[Expected], made: World, deadline_s: float) -> Audit:
    """The same of what was read."""
    reference = Reference(made)
    uploads = [
        (each.record.request_id, each.received.timestamp) for each in recorded.of(InvoiceUploaded)
    ]
    decisions = list(recorded.contents(InvoiceDecision))
    first = Counter(each.request_id for each in decisions if each.revision == 1)
    revised = Counter((each.request_id, each.attempt, each.revision) for each in decisions)
    lost = sum(request not in first for request, _ in uploads)
    doubled = sum(count - 1 for count in revised.values())
    checks = (
        _decided_first(Counter(request for request, _ in uploads), first),
        decided.all_decided(sent, recorded.contents(InvoiceUploaded), decisions),
        once.answered_once(recorded),
        once.decided_once(recorded),
        revisions.in_order(decisions),
        timeouts.none_falsely(recorded, deadline_s),
        join.joined_exactly(recorded),
        stateless.validation_replayed(recorded, reference),
        inventory.inventory_replayed(recorded, reference),
        fraud.fraud_replayed(recorded, reference),
        pricing.pricing_replayed(recorded, reference),
        saga.books_are_right(recorded, reference),
        dead_letters.none_unexpected(recorded.letters()),
    )
    incomplete = sum(not each.complete for each in decisions if each.revision == 1)
    return Audit(checks, dict(uploads), len(first), lost, doubled, incomplete)


def _decided_first(uploads: Counter[str], first: Counter[str]) -> Check:
    findings = Findings(FIRST)
    for request, (there, wanted) in once.differences(first, uploads):
        findings.add(f"request {request}: {there} decisions of revision 1 instead of {wanted}")
    return findings.check(f"{uploads.total():,} uploads, {first.total():,} decisions of revision 1")
