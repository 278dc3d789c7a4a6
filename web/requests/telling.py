"""What is stored of a request, as it is told."""

from collections.abc import Iterator
from typing import Any

from connectors.database.requests import Answer, Found, Known, Upload
from operators.audit import InvoiceAudit
from operators.decide import BRANCHES
from operators.decision import InvoiceDecision
from operators.money import Amount, render
from operators.progress import Happened, Progress, after
from operators.time import Instant, elapsed, isoformat
from web.live.hub import Watched
from web.requests import models

_ANSWERS = {f"{branch.lower()}.result": branch for branch in BRANCHES}


def progress_of(known: Known) -> Progress:
    """How far a request has come, by what is stored."""
    progress: Progress | None = None
    for event in _events(known):
        progress = after(progress, event)
    assert progress is not None, "there is at least one upload"
    return progress


def _events(known: Known) -> Iterator[Happened]:
    of = known.request_id
    for upload in known.uploads:
        yield Happened(
            "uploaded",
            of,
            upload.attempt,
            upload.uploaded_at,
            document=upload.document is not None and upload.number is None,
        )
    for answer in known.answers:
        yield Happened(
            "answered",
            of,
            answer.attempt,
            answer.decided_at,
            answer.branch,  # type: ignore[arg-type]  # the database has no other
            answer.status,
        )
    if known.asked is not None:
        asked = known.asked
        yield Happened("asked", of, asked.attempt, asked.opened_at, revision=asked.revision)
    for each in known.decisions:
        yield Happened(
            "decided",
            of,
            each.attempt,
            each.decided_at,
            None,
            each.status,
            each.revision,
            each.complete,
            each.missing,
            each.decided_by,
        )


def told(known: Known, progress: Progress, watched: Watched | None) -> models.Request:
    """All of a request; `progress` may know more than is stored."""
    upload = known.uploads[-1]
    attempt = upload.attempt
    decisions = [_decision(each) for each in known.decisions]
    in_force = [each for each in known.decisions if each.attempt == attempt]
    return models.Request(
        request_id=known.request_id,
        state=_state(progress),
        attempt=attempt,
        invoice_id=upload.invoice_id,
        vendor_id=_vendor(known),
        number=upload.number,
        amount=_amount_of(upload, known),
        origin=upload.origin,
        uploaded_at=isoformat(upload.uploaded_at),
        document=_document(known),
        branches=list(_branches(known, attempt)),
        decision=_decision(in_force[-1]) if in_force else None,
        revisions=decisions,
        reviews=[
            models.Review(
                attempt=each.attempt,
                revision=each.revision,
                outcome=each.outcome,
                reviewer=each.reviewer,
                reason=each.reason,
                completed_at=isoformat(each.completed_at),
            )
            for each in known.said
        ],
        timeline=list(_timeline(known)),
        problems=list(_problems(known, attempt, watched)),
        mark=progress.mark,
    )


def told_early(watched: Watched, upload: Happened, progress: Progress) -> models.Request:
    """The same of a request that is not stored yet, as far as it was seen on its way."""
    return models.Request(
        request_id=progress.request_id,
        state=_state(progress),
        attempt=progress.attempt,
        invoice_id="",
        vendor_id=upload.vendor_id,
        number=upload.number,
        amount=_money(upload.amount, upload.currency),
        origin=upload.origin,
        uploaded_at=isoformat(upload.at),
        branches=[
            models.Branch(branch=each, status=progress.branches.get(each)) for each in BRANCHES
        ],
        problems=list(_failures(watched)),
        mark=progress.mark,
    )


def progress_of_found(found: Found) -> Progress:
    """How far a request of a list has come."""
    upload = found.upload
    of, attempt = upload.request_id, upload.attempt
    unread = upload.document is not None and upload.number is None
    progress = after(None, Happened("uploaded", of, attempt, upload.uploaded_at, document=unread))
    for branch, status in found.answers.items():
        answered = Happened("answered", of, attempt, 0, branch, status)  # type: ignore[arg-type]  # the database has no other
        progress = after(progress, answered)
    if found.status is None:
        return progress
    at = found.decided_at or 0
    decided = Happened("decided", of, attempt, at, None, found.status, found.revision)
    return after(progress, decided)


def summary(found: Found) -> models.Summary:
    """A request of a list."""
    upload, progress = found.upload, progress_of_found(found)
    return models.Summary(
        request_id=upload.request_id,
        state=_state(progress),
        attempt=upload.attempt,
        invoice_id=upload.invoice_id,
        vendor_id=upload.vendor_id,
        number=upload.number,
        amount=_money(upload.payable, upload.currency),
        origin=upload.origin,
        uploaded_at=isoformat(upload.uploaded_at),
        branches=found.answers,
        status=found.status,
        revision=found.revision,
        decided_by=found.decided_by,
        decided_at=_at(found.decided_at),
        missing=found.missing,
    )


def event(progress: Progress, skipped: int = 0) -> models.Progress:
    """How far a request has come, as those who watch it are told."""
    return models.Progress(
        request_id=progress.request_id,
        attempt=progress.attempt,
        state=_state(progress),
        branches={str(each): status for each, status in progress.branches.items()},
        status=progress.status,
        revision=progress.revision,
        decided_by=progress.decided_by,
        missing=list(progress.missing),
        uploaded_at=_at(progress.uploaded_at),
        at=isoformat(progress.at),
        mark=progress.mark,
        skipped=skipped,
    )


def _state(progress: Progress) -> models.State:
    return progress.state.lower()  # type: ignore[return-value]  # its states in small letters


def _at(at: Instant | None) -> str | None:
    return None if at is None else isoformat(at)


def _money(amount: Amount | None, currency: str | None) -> models.Money | None:
    return None if amount is None else models.Money(value=render(amount), currency=currency)


def _vendor(known: Known) -> str | None:
    if known.decisions:
        return known.decisions[-1].vendor_id
    return known.uploads[-1].vendor_id


def _amount_of(upload: Upload, known: Known) -> models.Money | None:
    if upload.payable is not None:
        return _money(upload.payable, upload.currency)
    if known.decisions:
        last = known.decisions[-1]
        return _money(last.due, last.currency)
    return None


def _document(known: Known) -> models.Document | None:
    for upload in reversed(known.uploads):
        if upload.document is not None:
            return models.Document(
                media_type=upload.document["media_type"], sha256=upload.document["sha256"]
            )
    return None


def answers_of(known: Known, attempt: int) -> dict[str, Answer]:
    """By branch, the answer that counts."""
    found: dict[str, Answer] = {}
    for answer in known.answers:
        before = found.get(answer.branch)
        better = before is None or (before.status == "UNKNOWN" and answer.status != "UNKNOWN")
        if answer.attempt == attempt and better:
            found[answer.branch] = answer
    return found


def _branches(known: Known, attempt: int) -> Iterator[models.Branch]:
    found = answers_of(known, attempt)
    for branch in BRANCHES:
        answer = found.get(branch)
        if answer is None:
            yield models.Branch(branch=branch)
            continue
        yield models.Branch(
            branch=branch,
            status=answer.status,
            reason=answer.unknown_reason,
            decided_at=isoformat(answer.decided_at),
            latency_ms=elapsed(answer.uploaded_at, answer.decided_at),
            policy_version=answer.policy_version,
            findings=[_finding(each) for each in answer.violations],
            details=answer.details,
        )


def _finding(violation: dict[str, Any]) -> models.Finding:
    return models.Finding(
        rule_id=violation["rule_id"],
        message=violation["message"],
        severity=violation["severity"],
        field=violation.get("field"),
    )


def _decision(each: InvoiceDecision) -> models.Decision:
    return models.Decision(
        attempt=each.attempt,
        revision=each.revision,
        status=each.status,
        complete=each.complete,
        missing=list(each.missing),
        changes=list(each.changes),
        decided_at=isoformat(each.decided_at),
        latency_ms=each.latency_ms,
        decided_by=each.decided_by,
        reason=each.reason,
        approvers=each.approvers,
        policy_version=each.policy_version,
        amount=_money(each.due, each.currency),
    )


def _timeline(known: Known) -> Iterator[models.Step]:
    began = known.uploads[0].uploaded_at
    order = {"uploaded": 0, "answered": 1, "decided": 2, "asked": 3, "reviewed": 4}
    entries = [(each, *_what(each)) for each in known.audit]
    entries.sort(key=lambda found: (found[0].at, order[found[1]], found[0].revision))
    for entry, what, branch in entries:
        yield models.Step(
            at=isoformat(entry.at),
            after_ms=elapsed(began, entry.at),
            what=what,
            attempt=entry.attempt,
            branch=branch,
            status=entry.status or None,
            revision=entry.revision or None,
            source=models.Place(
                topic=entry.source.topic,
                partition=entry.source.partition,
                offset=entry.source.offset,
            ),
            audit=f"{entry.chain}/{entry.sequence}",
        )


def _what(entry: InvoiceAudit) -> tuple[str, str | None]:
    kind = entry.kind
    for ending, branch in _ANSWERS.items():
        if kind.endswith(ending):
            return "answered", branch
    if kind.endswith("review.completed"):
        return "reviewed", None
    if kind.endswith("review.requested"):
        return "asked", None
    return ("decided" if kind.endswith("decision") else "uploaded"), None


def _problems(known: Known, attempt: int, watched: Watched | None) -> Iterator[models.Trouble]:
    for branch, answer in answers_of(known, attempt).items():
        if answer.status == "UNKNOWN":
            yield models.Trouble(
                kind="unknown",
                branch=branch,
                reason=answer.unknown_reason or "It does not say why.",
                at=isoformat(answer.decided_at),
            )
    if known.decisions and known.decisions[-1].attempt == attempt:
        last = known.decisions[-1]
        for branch in last.missing:
            yield models.Trouble(
                kind="missing",
                branch=branch,
                reason="It had not answered when this was decided.",
                at=isoformat(last.decided_at),
            )
    if watched is not None:
        yield from _failures(watched)


def _failures(watched: Watched) -> Iterator[models.Trouble]:
    for failure in watched.failures or ():
        yield models.Trouble(
            kind="dead_letter",
            reason=f"{failure.status}: {failure.reason}",
            at=isoformat(failure.at),
        )
