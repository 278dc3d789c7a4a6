"""What the four branches have in common: an upload in, one answer out."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from connectors.postponed import Postponement
from connectors.stream import Decoded, Produced, Rejected
from connectors.tables import Tables
from operators.answer import NO_POLICY, answer
from operators.invoice import Invoice
from operators.judgement import Away, Judgement
from operators.reference import ReferencePolicy
from operators.result import Result
from operators.table import Lookup
from operators.time import Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

R = TypeVar("R", bound=Result)

Upload: TypeAlias = InvoiceUploaded | InvoiceOcrCompleted

_FIRST_INSTANT: Instant = -62_135_596_800_000
_LAST_INSTANT: Instant = 253_402_300_799_999
"""The years 1 to 9999."""
POLICY = "default"
"""Key of the policy in force."""


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

    def __call__(
        self, upload: Decoded[Upload], at: Instant, judge: Judge, tables: Tables
    ) -> Iterator[Produced | Rejected]:
        """The answer to an upload; none to one that only points at a document."""
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
        policy = self._policies.get(POLICY)
        judgement = self._unjudged
        lack = self._postponement.lacks(at)
        if lack is not None:
            judgement = replace(judgement, unknown_reason=lack.reason, away=Away(lack.part))
        elif policy is not None:
            judgement = judge(
                Case(
                    record.request_id,
                    record.attempt,
                    record.vendor_id,
                    record.uploaded_at,
                    record.invoice,
                    policy,
                    _day(received.timestamp),
                )
            )
        self._postponement.note(
            tables,
            (record.request_id, record.attempt),
            received,
            None if judgement.away is None else judgement.away.part,
            judgement.unknown_reason,
            at,
        )
        result = answer(
            self._kind,
            record,
            received.source,
            judgement,
            decided_at=at,
            policy_version=policy.version if policy else "",
        )
        yield Produced(result, received)


def unjudged(details: Any) -> Judgement[Any]:
    """The answer of a branch that has no policy to measure against."""
    return Judgement("UNKNOWN", details, unknown_reason=NO_POLICY, away=Away("policy"))


def _day(at: Instant) -> date:
    """The day of an instant; producers choose it, so it may lie outside Python's years."""
    within = max(_FIRST_INSTANT, min(at, _LAST_INSTANT))
    return datetime.fromtimestamp(within // 1_000, UTC).date()
