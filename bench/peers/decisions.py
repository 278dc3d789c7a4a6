"""Four answers to a request become one decision: the rules of the job's join.

A request is a dictionary that JSON can hold. While an answer may still change the decision it
has the answers; afterwards only the instant of the decision is left of it.
"""

from collections.abc import Mapping
from typing import Any, Final

from bench.peers.checks import DAY_MS, Record
from bench.peers.place import BRANCHES

DEADLINE_MS: Final = 60_000
"""How long a request waits for its answers after the first."""
REMEMBERED_MS: Final = DAY_MS
"""How long a decided request is remembered."""

_ORDER = tuple(branch.upper() for branch in BRANCHES)
_APPROVED = {"APPROVED", "AVAILABLE", "PASS", "MATCH"}
_REJECTED = {"REJECTED", "UNAVAILABLE", "FAIL", "MISMATCH"}


def answered(
    request: Record | None, branch: str, result: Record, written_at: int, now: int
) -> tuple[Record | None, Record | None]:
    """The request as the answer leaves it, None when it changes nothing, and a decision if due."""
    name = branch.upper()
    if request is None:
        opened = {
            "request_id": result["request_id"],
            "attempt": result["attempt"],
            "invoice_id": result["invoice_id"],
            "vendor_id": result["vendor_id"],
            "uploaded_at": result["uploaded_at"],
            "opened_at": written_at,
            "revision": 0,
            "answers": [_answer(name, result)],
        }
        return opened, None
    before = request.get("answers")
    if before is None or any(answer["branch"] == name for answer in before):
        return None, None
    answers = sorted(
        [*before, _answer(name, result)], key=lambda each: _ORDER.index(each["branch"])
    )
    if len(answers) < len(BRANCHES) and not request["revision"]:
        return {**request, "answers": answers}, None
    return _decided({**request, "answers": answers}, before, now)


def overdue(request: Record, now: int) -> tuple[Record, Record]:
    """The request after its deadline, and its first decision."""
    return _decided(request, [], now)


def _decided(request: Record, before: list[Record], now: int) -> tuple[Record, Record]:
    revision = request["revision"] + 1
    answers = request["answers"]
    there = {answer["branch"] for answer in answers}
    decision = {
        "request_id": request["request_id"],
        "attempt": request["attempt"],
        "invoice_id": request["invoice_id"],
        "vendor_id": request["vendor_id"],
        "revision": revision,
        "status": _status(answers),
        "complete": len(answers) == len(BRANCHES),
        "missing": [branch for branch in _ORDER if branch not in there],
        "branches": answers,
        "changes": _changes(before, answers) if revision > 1 else [],
        "opened_at": request["opened_at"],
        "decided_at": now,
        "uploaded_at": request["uploaded_at"],
        "latency_ms": max(0, now - request["uploaded_at"]),
    }
    if decision["complete"]:
        return {"decided_at": now}, decision
    return {**request, "revision": revision}, decision


def _answer(branch: str, result: Record) -> Record:
    return {
        "branch": branch,
        "status": result["status"],
        "unknown_reason": result["unknown_reason"],
        "violations": result["violations"],
        "decided_at": result["decided_at"],
        "latency_ms": max(0, result["decided_at"] - result["uploaded_at"]),
        "policy_version": result["policy_version"],
    }


def _status(answers: list[Record]) -> str:
    verdicts = set(map(_verdict, answers))
    if len(answers) < len(BRANCHES) or "UNKNOWN" in verdicts:
        return "REVIEW"
    if "REJECTED" in verdicts:
        return "REJECTED"
    return "REVIEW" if "REVIEW" in verdicts else "APPROVED"


def _verdict(answer: Mapping[str, Any]) -> str:
    status = answer["status"]
    if status in _APPROVED:
        return "APPROVED"
    if status == "UNKNOWN":
        return "UNKNOWN"
    errors = any(violation["severity"] == "ERROR" for violation in answer["violations"])
    return "REJECTED" if status in _REJECTED and errors else "REVIEW"


def _changes(before: list[Record], after: list[Record]) -> list[str]:
    then = {answer["branch"]: answer["status"] for answer in before}
    said = [
        f"{answer['branch'].lower()}: {then.get(answer['branch'], 'missing')} → {answer['status']}"
        for answer in after
        if then.get(answer["branch"]) != answer["status"]
    ]
    old, new = _status(before), _status(after)
    if old != new:
        said.append(f"status: {old} → {new}")
    return said
