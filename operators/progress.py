"""How far a request has come: from what is stored of it, and by what happens to it next.

What happens may come twice, late, or be part of what is known already: it changes nothing then. So
whoever listens first and reads afterwards misses nothing, and is told nothing twice.

>>> seen = after(None, Happened("uploaded", "r-1", 1, 1_000, document=True))
>>> answer = Happened("answered", "r-1", 1, 1_200, branch="FRAUD", status="PASS")
>>> seen.state, after(seen, answer).state
('READING', 'JUDGING')
>>> decided = after(seen, Happened("decided", "r-1", 1, 1_300, status="REVIEW", revision=1))
>>> decided.state, decided.settled, after(decided, Happened("answered", "r-1", 1, 1)) is decided
('WAITING', False, True)
"""

from typing import Literal, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from operators.decide import BRANCHES
from operators.decision import Branch
from operators.request import FINAL
from operators.time import Instant

State: TypeAlias = Literal["RECEIVED", "READING", "JUDGING", "WAITING", "DECIDED", "REPLACED"]
"""RECEIVED: nobody has answered; READING: its document is read first; JUDGING: a branch has
answered; WAITING: for a person; DECIDED: for good; REPLACED: by a correction that is on its way."""

What: TypeAlias = Literal[
    "uploaded", "read", "answered", "decided", "asked", "reviewed", "notified", "failed"
]
"""What can happen to a request, as one record says."""


class Happened(Struct, frozen=True, gc=False):
    """One thing that has happened to a request, as briefly as it can be told."""

    what: What
    request_id: str
    attempt: int
    at: Instant
    branch: Branch | None = None
    """Who has answered."""
    status: str = ""
    """Of an answer or a decision; of a review its outcome; of a failure its reason."""
    revision: int = 0
    """Of a decision; of a review the one it is about."""
    complete: bool = True
    """Whether every branch had answered when it was decided."""
    missing: tuple[Branch, ...] = ()
    """Those that had not."""
    decided_by: str | None = None
    document: bool = False
    """Of an upload: whether a document has to be read first."""
    vendor_id: str | None = None
    number: str | None = None
    amount: int | None = None
    currency: str | None = None
    origin: str = ""
    reason: str | None = None
    """Why a branch could not judge; of a failure who could not use which record."""
    uploaded_at: Instant = 0
    tenant: str | None = None
    """Of an upload: whose it is."""


class Progress(Struct, frozen=True):
    """How far the latest attempt of a request has come."""

    request_id: str
    attempt: int
    state: State
    uploaded_at: Instant | None = None
    at: Instant = 0
    """When it last got further."""
    branches: dict[Branch, str] = field(default_factory=dict)
    """What each branch has answered that has."""
    revision: int = 0
    """Of the decision in force; 0 before there is one."""
    status: str | None = None
    """Of the decision in force."""
    decided_by: str | None = None
    """Row of the policy's table that decided, or what else did."""
    missing: tuple[Branch, ...] = ()
    """Branches that had not answered when it was decided."""

    @property
    def settled(self) -> bool:
        """Whether it is decided for good."""
        return self.state == "DECIDED"

    @property
    def mark(self) -> str:
        """Tells this from any other point of the same request's way."""
        known = "".join(str(int(branch in self.branches)) for branch in BRANCHES)
        return f"{self.attempt}-{self.revision}-{known}-{self.state.lower()}"


def after(progress: Progress | None, happened: Happened) -> Progress:
    """How far it has come then: the same object when nothing is new."""
    if progress is None or happened.attempt > progress.attempt:
        progress = Progress(happened.request_id, happened.attempt, "RECEIVED")
        return _moved(progress, happened, fresh=True)
    if happened.attempt < progress.attempt:
        return progress
    return _moved(progress, happened, fresh=False)


def merged(progress: Progress, other: Progress) -> Progress:
    """What two know together of the same request."""
    if progress.attempt != other.attempt:
        return max(progress, other, key=lambda each: each.attempt)
    later, earlier = progress, other
    if (other.revision, len(other.branches)) > (progress.revision, len(progress.branches)):
        later, earlier = other, progress
    branches = {**earlier.branches, **later.branches}
    for branch, status in earlier.branches.items():
        if branches[branch] == "UNKNOWN":
            branches[branch] = status
    state = later.state
    if not later.revision and branches:
        state = "JUDGING"
    elif not later.revision:
        state = max(progress.state, other.state, key=_ORDER.index)
    return replace(
        later,
        state=state,
        branches=branches,
        uploaded_at=later.uploaded_at if earlier.uploaded_at is None else earlier.uploaded_at,
        at=max(progress.at, other.at),
    )


_ORDER: tuple[State, ...] = ("RECEIVED", "READING", "WAITING", "JUDGING", "DECIDED", "REPLACED")
"""Before a decision, in which order states come."""


def _moved(progress: Progress, happened: Happened, *, fresh: bool) -> Progress:
    match happened.what:
        case "uploaded" if fresh or progress.uploaded_at is None:
            before = progress.state
            state: State = "READING" if happened.document and before == "RECEIVED" else before
            at = max(progress.at, happened.at)
            return replace(progress, state=state, uploaded_at=happened.at, at=at)
        case "read" if progress.state in ("RECEIVED", "READING") and not progress.branches:
            return replace(progress, state="JUDGING", at=happened.at)
        case "asked" if progress.state in ("RECEIVED", "READING") and not happened.revision:
            return replace(progress, state="WAITING", at=happened.at)
        case "answered" if happened.branch is not None:
            return _answered(progress, happened, happened.branch)
        case "decided" if happened.revision > progress.revision:
            return replace(
                progress,
                state=state_of(happened.status),
                at=happened.at,
                revision=happened.revision,
                status=happened.status,
                decided_by=happened.decided_by,
                missing=happened.missing,
            )
    return progress


def _answered(progress: Progress, happened: Happened, branch: Branch) -> Progress:
    known = progress.branches.get(branch)
    # As in the join: what could be judged at last takes the place of UNKNOWN, nothing else does.
    if known is not None and (known != "UNKNOWN" or happened.status == "UNKNOWN"):
        return progress
    return replace(
        progress,
        state=progress.state if progress.revision else "JUDGING",
        at=max(progress.at, happened.at),
        branches={**progress.branches, branch: happened.status},
    )


def state_of(status: str) -> State:
    """What a decision's status means for the request.

    >>> state_of("APPROVED"), state_of("REVIEW"), state_of("REPLACED")
    ('DECIDED', 'WAITING', 'REPLACED')
    """
    if status == "REPLACED":
        return "REPLACED"
    return "DECIDED" if status in FINAL else "WAITING"
