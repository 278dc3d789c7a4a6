"""No answer, decision, settlement or notification twice, and none left out."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from operators.decide import NAMES
from operators.decision import InvoiceDecision, InvoiceNotification, InvoiceSettled
from operators.notification import notification
from operators.request import FINAL
from operators.result import Result, Source
from operators.review import EXPIRED
from operators.upload import InvoiceUploaded
from tests.faults.checks.check import Check, Findings
from tests.faults.recorded import Recorded

ANSWERS = "every branch answers every upload once"
DECISIONS = "no decision or settlement twice"
NOTIFICATIONS = "every notification once"

K = TypeVar("K", bound=Hashable)


def answered_once(recorded: Recorded) -> Check:
    """By each branch, one result for each upload in the topic."""
    findings = Findings(ANSWERS)
    uploads = {
        _place(decoded.received.source): decoded.record.request_id
        for decoded in recorded.of(InvoiceUploaded)
    }
    for kind, branch in NAMES.items():
        named = dict(uploads)
        found: Counter[tuple[int, int]] = Counter()
        results: Iterable[Result] = recorded.contents(kind)
        for result in results:
            found[_place(result.source)] += 1
            named.setdefault(_place(result.source), result.request_id)
        for place, (there, wanted) in differences(found, Counter(uploads.keys())):
            findings.add(
                f"request {named[place]}: {there} instead of {wanted} results of {branch.lower()}"
            )
    return findings.check(f"{len(uploads):,} uploads, each with one result of each branch")


def decided_once(recorded: Recorded) -> Check:
    """Each revision once; and each attempt settled once, when its first final revision comes."""
    findings = Findings(DECISIONS)
    revisions: Counter[str] = Counter()
    ends: dict[str, tuple[int, str]] = {}
    for decision in recorded.contents(InvoiceDecision):
        case = f"{decision.request_id} attempt {decision.attempt}"
        revisions[f"{case} revision {decision.revision}"] += 1
        if decision.status in FINAL:
            expired = decision.decided_by == EXPIRED
            end = (decision.revision, "EXPIRED" if expired else decision.status)
            ends[case] = min(ends.get(case, end), end)
    for name, (there, wanted) in differences(revisions, Counter(revisions.keys())):
        findings.add(f"request {name}: decided {there} times instead of {wanted}")
    settled = Counter(f"{case} {outcome}" for case, (_, outcome) in ends.items())
    found = Counter(
        f"{each.request_id} attempt {each.attempt} {each.outcome}"
        for each in recorded.contents(InvoiceSettled)
    )
    for name, (there, wanted) in differences(found, settled):
        findings.add(f"request {name}: settled {there} times instead of {wanted}")
    return findings.check(f"{revisions.total():,} decisions, {found.total():,} settlements")


def told_once(recorded: Recorded) -> Check:
    """Whom a decision concerns is told of it, once and with the right words."""
    findings = Findings(NOTIFICATIONS)
    notes = {
        note.notification_id: note
        for note in map(notification, recorded.contents(InvoiceDecision))
        if note is not None
    }
    told: Counter[str] = Counter()
    for note in recorded.contents(InvoiceNotification):
        told[note.notification_id] += 1
        if note != notes.get(note.notification_id, note):
            findings.add(f"request {note.request_id}: told something else than was decided")
    for name, (there, wanted) in differences(told, Counter(notes.keys())):
        findings.add(f"request {name}: told {there} times instead of {wanted}")
    return findings.check(f"{told.total():,} notifications")


def differences(
    found: Mapping[K, int], wanted: Mapping[K, int]
) -> Iterator[tuple[K, tuple[int, int]]]:
    """What is there another number of times than wanted: how often, and how often it should."""
    for key in sorted({*found, *wanted}, key=repr):
        counts = found.get(key, 0), wanted.get(key, 0)
        if counts[0] != counts[1]:
            yield key, counts


def _place(source: Source) -> tuple[int, int]:
    return source.partition, source.offset
