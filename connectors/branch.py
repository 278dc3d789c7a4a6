"""What the four branches have in common: an upload in, one answer out."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from connectors.logs import Log
from connectors.postponed import Postponement
from connectors.stream import Decoded, Produced, Rejected
from connectors.tables import Tables
from operators.answer import NO_POLICY, answer, in_shadow
from operators.candidate import chosen, judge_alike
from operators.extraction.differences import Difference
from operators.invoice import Invoice
from operators.judgement import Away, Judgement
from operators.reference import ReferencePolicy
from operators.result import Result
from operators.table import Lookup, Overlay
from operators.time import Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

log = Log(__name__)

R = TypeVar("R", bound=Result)

Upload: TypeAlias = InvoiceUploaded | InvoiceOcrCompleted

_FIRST_INSTANT: Instant = -62_135_596_800_000
_LAST_INSTANT: Instant = 253_402_300_799_999
"""The years 1 to 9999."""


class Case(Struct, frozen=True):
    """An invoice to judge, with what it is judged by."""

    request_id: str
    attempt: int
    vendor_id: str
    uploaded_at: Instant
    invoice: Invoice
    policy: ReferencePolicy
    today: date
    """The day the upload was written to Kafka."""
    contradicted: Sequence[Difference]
    """Where the XML in a document and its visible text contradict each other."""
    tables: Tables
    """What the branch remembers; of a judgement in shadow, over the branch's own tables."""


Judge: TypeAlias = Callable[[Case], Judgement[Any]]


class Answers(Generic[R]):
    """Turns uploads into the results of one branch."""

    def __init__(
        self,
        kind: type[R],
        policies: Lookup[ReferencePolicy],
        unjudged: Judgement[Any],
        postponement: Postponement,
    ) -> None:
        """`unjudged`: the details of an answer that could not be found."""
        self._postponement = postponement
        self._kind = kind
        self._policies = policies
        self._unjudged = unjudged
        self._failed: set[tuple[str, str]] = set()
        self._tried: tuple[ReferencePolicy, ReferencePolicy] | None = None
        self._alike = False

    def __call__(
        self, upload: Decoded[Upload], at: Instant, judge: Judge, tables: Tables
    ) -> Iterator[Produced | Rejected]:
        """The answer to an upload; none to one that only points at a document.

        `judge` finds `tables` in the case it is given, and may change them there.
        """
        record, received = upload.record, upload.received
        if record.invoice is None:
            return
        if not record.vendor_id:
            yield Rejected(
                received,
                "contract_broken",
                "an upload that holds an invoice must name its vendor_id",
            )
            return
        by = chosen(self._policies, record.request_id)
        policy, candidate = by.policy, by.shadow
        judgement = self._unjudged
        beside: Judgement[Any] | None = None
        lack = self._postponement.lacks(at)
        if lack is not None:
            judgement = replace(judgement, unknown_reason=lack.reason, away=Away(lack.part))
        elif policy is not None:
            case = Case(
                record.request_id,
                record.attempt,
                record.vendor_id,
                record.uploaded_at,
                record.invoice,
                policy,
                _day(received.timestamp),
                _contradicted(record),
                tables,
            )
            if candidate is not None and not self._judge_alike(policy, candidate):
                # First, on what the branch has not yet learned of this upload.
                beside = self._in_shadow(judge, case, candidate)
            judgement = judge(case)
        self._postponement.note(
            tables,
            (record.request_id, record.attempt),
            received,
            None if judgement.away is None else judgement.away.part,
            judgement.unknown_reason,
            at,
        )
        shadow = None
        if candidate is not None:
            shadow = in_shadow(candidate.version, beside or judgement, judgement)
        result = answer(
            self._kind,
            record,
            received.source,
            judgement,
            decided_at=at,
            policy_version=policy.version if policy else "",
            canary=by.canary,
            shadow=shadow,
        )
        yield Produced(result, received)

    def _judge_alike(self, policy: ReferencePolicy, candidate: ReferencePolicy) -> bool:
        tried = self._tried
        if tried is None or tried[0] is not policy or tried[1] is not candidate:
            self._tried = policy, candidate
            self._alike = judge_alike(policy, candidate)
        return self._alike

    def _in_shadow(self, judge: Judge, case: Case, candidate: ReferencePolicy) -> Judgement[Any]:
        """A judgement that changes nothing and stops nothing."""
        over = {name: Overlay(table) for name, table in case.tables.items()}
        try:
            return judge(replace(case, policy=candidate, tables=over))
        except Exception as error:
            kind = type(error).__name__
            if (candidate.version, kind) not in self._failed:
                self._failed.add((candidate.version, kind))
                log.error(
                    "shadow judgement failed",
                    exc_info=error,
                    quoting=False,
                    policy=candidate.version,
                )
            return Judgement("UNKNOWN", None, unknown_reason=f"judging it failed with {kind}")


def unjudged(details: Any) -> Judgement[Any]:
    """The answer of a branch that has no policy to measure against."""
    return Judgement("UNKNOWN", details, unknown_reason=NO_POLICY, away=Away("policy"))


def _contradicted(record: Upload) -> Sequence[Difference]:
    if isinstance(record, InvoiceUploaded) or record.reading is None:
        return ()
    return record.reading.differences


def _day(at: Instant) -> date:
    """The day of an instant; producers choose it, so it may lie outside Python's years."""
    within = max(_FIRST_INSTANT, min(at, _LAST_INSTANT))
    return datetime.fromtimestamp(within // 1_000, UTC).date()
