"""What the board shows of one tenant: exact counts, and a bounded number of requests.

At five a second every request is shown; at five hundred a sample, each from its upload to its
decision: a list that is replaced before anybody has read it says nothing.
"""

from collections import Counter, deque
from typing import Any

from msgspec import Struct

from operators.decide import BRANCHES
from operators.money import render
from operators.progress import Happened, Progress
from operators.time import Instant, elapsed

ROWS = 24
"""Requests that are shown."""
ADMITTED = 8
"""Requests of a second that may be added to them."""
_WINDOW = 5
"""Seconds over which rates are told."""
_RECENT: Instant = 60_000


class Row:
    """A request on the board."""

    __slots__ = ("progress", "upload")

    def __init__(self, upload: Happened, progress: Progress) -> None:
        self.upload = upload
        self.progress = progress


class _Second(Struct):
    at: int
    uploaded: int = 0
    decided: int = 0


class Board:
    """The state of a board; it is told everything, and asked for frames now and then."""

    def __init__(self, since: Instant) -> None:
        """`since`: from when on it counts."""
        self._since = since
        self._rows: dict[str, Row] = {}
        self._room = float(ADMITTED)
        self._room_at = since
        self._uploaded = 0
        self._not_shown = 0
        self._decided: Counter[str] = Counter()
        """First decisions of attempts, by status."""
        self._revised: Counter[str] = Counter()
        """Further revisions, by status."""
        self._answers: dict[str, Counter[str]] = {branch: Counter() for branch in BRANCHES}
        self._unable: dict[tuple[str, str], tuple[int, Instant]] = {}
        self._seconds: deque[_Second] = deque(maxlen=_WINDOW + 1)
        self._latencies: deque[int] = deque(maxlen=1_000)
        self.changed = True
        """Whether there is anything to tell since the last frame."""

    def take(self, happened: Happened, progress: Progress, now: Instant) -> None:
        """Count what has happened to one of its requests, and show it if it is shown."""
        self.changed = True
        match happened.what:
            case "uploaded":
                self._uploaded += 1
                self._second(now).uploaded += 1
                self._admit(happened, progress, now)
            case "answered":
                branch = happened.branch or "UNKNOWN"
                self._answers.setdefault(branch, Counter())[happened.status] += 1
                if happened.status == "UNKNOWN":
                    key = (branch, happened.reason or "unknown")
                    self._unable[key] = (self._unable.get(key, (0, 0))[0] + 1, now)
            case "decided" if happened.revision == 1:
                self._decided[happened.status] += 1
                self._second(now).decided += 1
                self._latencies.append(elapsed(happened.uploaded_at, happened.at))
            case "decided":
                self._revised[happened.status] += 1
            case "read":
                self._read(happened)
        row = self._rows.get(happened.request_id)
        if row is not None:
            row.progress = progress

    def show(self, upload: Happened, progress: Progress) -> None:
        """Show a request that was uploaded before; oldest first."""
        if upload.request_id not in self._rows:
            self._rows[upload.request_id] = Row(upload, progress)
            self._make_room()
            self.changed = True

    @property
    def empty(self) -> bool:
        """Whether it shows no request."""
        return not self._rows

    def frame(self, now: Instant) -> dict[str, Any]:
        """All there is to show."""
        self.changed = False
        whole = [each for each in self._seconds if now // 1_000 - _WINDOW <= each.at < now // 1_000]
        over = max(1, min(_WINDOW, (now - self._since) // 1_000))
        latencies = sorted(self._latencies)
        self._unable = {
            key: value for key, value in self._unable.items() if now - value[1] < _RECENT
        }
        return {
            "at": now,
            "since": self._since,
            "uploaded": self._uploaded,
            "not_shown": self._not_shown,
            "decided": dict(self._decided),
            "revised": dict(self._revised),
            "answers": {branch: dict(counts) for branch, counts in self._answers.items()},
            "per_second": {
                "uploaded": round(sum(each.uploaded for each in whole) / over, 1),
                "decided": round(sum(each.decided for each in whole) / over, 1),
            },
            "latency_ms": {
                "p50": _quantile(latencies, 0.5),
                "p95": _quantile(latencies, 0.95),
            },
            "unable": [
                {"branch": branch, "reason": reason, "count": count}
                for (branch, reason), (count, _) in sorted(self._unable.items())
            ],
            "rows": [_row(each) for each in reversed(self._rows.values())],
        }

    def _second(self, now: Instant) -> _Second:
        at = now // 1_000
        if not self._seconds or self._seconds[-1].at != at:
            self._seconds.append(_Second(at))
        return self._seconds[-1]

    def _admit(self, upload: Happened, progress: Progress, now: Instant) -> None:
        known = self._rows.get(upload.request_id)
        if known is not None:
            known.upload = upload
            return
        passed = max(0, now - self._room_at) / 1_000
        self._room = min(ADMITTED, self._room + passed * ADMITTED)
        self._room_at = now
        if self._room < 1:
            self._not_shown += 1
            return
        self._room -= 1
        self._rows[upload.request_id] = Row(upload, progress)
        self._make_room()

    def _make_room(self) -> None:
        if len(self._rows) <= ROWS:
            return
        # One that still waits is the more worth seeing; but not for ever.
        oldest = list(self._rows)[: ROWS // 2]
        done = (key for key in oldest if self._rows[key].progress.revision)
        del self._rows[next(done, oldest[0])]

    def _read(self, happened: Happened) -> None:
        row = self._rows.get(happened.request_id)
        if row is not None and row.upload.attempt == happened.attempt:
            row.upload = happened


def _row(row: Row) -> dict[str, Any]:
    upload, progress = row.upload, row.progress
    uploaded_at = upload.uploaded_at or progress.uploaded_at
    return {
        "id": progress.request_id,
        "number": upload.number,
        "vendor": upload.vendor_id,
        "amount": None if upload.amount is None else render(upload.amount),
        "currency": upload.currency,
        "origin": upload.origin,
        "uploaded_at": uploaded_at,
        "state": progress.state,
        "branches": progress.branches,
        "missing": progress.missing,
        "status": progress.status,
        "revision": progress.revision,
        "took_ms": elapsed(uploaded_at or progress.at, progress.at) if progress.revision else None,
    }


def _quantile(values: list[int], share: float) -> int | None:
    return values[min(len(values) - 1, int(len(values) * share))] if values else None
