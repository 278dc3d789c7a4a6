"""The shapes of what is told about requests, as OpenAPI describes them."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from web.text import PlainText

State: TypeAlias = Literal["received", "reading", "judging", "waiting", "decided", "replaced"]
Instant: TypeAlias = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-03-02T09:15:00.123Z"])
]


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Money(_Told):
    """An exact amount."""

    value: str = Field(examples=["1190.00"])
    """Decimal text."""
    currency: str | None = Field(default=None, examples=["EUR"])
    """ISO 4217, as far as the invoice says."""


class Finding(_Told):
    """A rule that the invoice does not satisfy."""

    rule_id: str = Field(examples=["VAL-TOTAL-NET"])
    message: str = Field(examples=["The lines add up to 135.90, the total without VAT is 134.90."])
    severity: str = Field(examples=["ERROR"])
    """ERROR rejects, WARNING asks for a look, INFO explains."""
    field: str | None = Field(default=None, examples=["totals.net"])


class Branch(_Told):
    """What one of the four branches has answered."""

    branch: str = Field(examples=["VALIDATION"])
    status: str | None = Field(default=None, examples=["REJECTED"])
    """Null while it has not answered."""
    reason: str | None = None
    """Why it could not do its work; null unless the status is UNKNOWN."""
    decided_at: Instant | None = None
    latency_ms: int | None = Field(default=None, examples=[57])
    """From the upload to the answer."""
    policy_version: str | None = Field(default=None, examples=["2026-01"])
    findings: list[Finding] = []
    """Worst first."""
    details: dict[str, Any] = {}
    """The branch's own evidence; amounts are decimal text."""


class Decision(_Told):
    """One revision of the decision."""

    attempt: int = Field(examples=[1])
    revision: int = Field(examples=[1])
    status: str = Field(examples=["REJECTED"])
    """APPROVED, REJECTED, REVIEW (a person decides) or REPLACED (by a later attempt)."""
    complete: bool
    """Whether every branch had answered."""
    missing: list[str] = []
    """Those that had not."""
    changes: list[str] = Field(default=[], examples=[["fraud: missing → PASS"]])
    """What is different from the revision before."""
    decided_at: Instant
    latency_ms: int = Field(examples=[412])
    """From the upload."""
    decided_by: str | None = Field(default=None, examples=["refused"])
    """Row of the policy's table, or what else decided."""
    reason: str | None = Field(default=None, examples=["A branch found an error."])
    approvers: str | None = None
    """Group that has to look at it."""
    policy_version: str | None = Field(default=None, examples=["2026-01"])
    amount: Money | None = None


class Review(_Told):
    """What a person has said."""

    attempt: int
    revision: int
    """The revision that was looked at; 0 for a document, before any decision."""
    outcome: str = Field(examples=["APPROVED"])
    reviewer: str = Field(examples=["anna.berger"])
    reason: str
    completed_at: Instant


class Place(_Told):
    """A record in Kafka."""

    topic: str = Field(examples=["invoice.decision"])
    partition: int
    offset: int


class Step(_Told):
    """One thing that has happened, in the order of time."""

    at: Instant
    after_ms: int = Field(examples=[57])
    """Since the first upload."""
    what: str = Field(examples=["answered"])
    """uploaded, answered, decided, asked (a person) or reviewed."""
    attempt: int
    branch: str | None = None
    status: str | None = Field(default=None, examples=["PASS"])
    revision: int | None = None
    source: Place
    audit: str = Field(examples=["collect-0/17"])
    """Its entry in the audit trail: chain and sequence."""


class Trouble(_Told):
    """Something that keeps, or has kept, the request from being decided."""

    kind: str = Field(examples=["unknown"])
    """unknown: a branch could not do its work; missing: it had not answered in time; dead_letter:
    a record could not be used."""
    branch: str | None = None
    reason: str = Field(examples=["The reference data of the vendor is not there."])
    at: Instant | None = None


class Document(_Told):
    """The document that was uploaded."""

    media_type: str = Field(examples=["application/pdf"])
    sha256: str


class Summary(_Told):
    """A request in a list."""

    request_id: str = Field(examples=["018f3b5e-7b1c-7c3e-9a55-0123456789ab"])
    state: State
    attempt: int = Field(examples=[1])
    invoice_id: str = Field(examples=["R-2026-0117"])
    vendor_id: str | None = Field(default=None, examples=["V-1001"])
    number: str | None = Field(default=None, examples=["RE-117"])
    amount: Money | None = None
    origin: str = Field(examples=["API"])
    uploaded_at: Instant
    branches: dict[str, str] = Field(
        default={}, examples=[{"VALIDATION": "APPROVED", "FRAUD": "PASS"}]
    )
    """Status by branch, of those that have answered."""
    status: str | None = Field(default=None, examples=["APPROVED"])
    """Of the decision in force."""
    revision: int = 0
    """Of the decision in force; 0 before there is one."""
    decided_by: str | None = None
    decided_at: Instant | None = None
    missing: list[str] = []


class Listed(_Told):
    """A page of requests."""

    requests: list[Summary]
    next: str | None = None
    """Cursor of the next page, for `cursor`; null on the last."""


class Request(_Told):
    """All that is known of a request."""

    request_id: str = Field(examples=["018f3b5e-7b1c-7c3e-9a55-0123456789ab"])
    state: State
    """received, reading (its document), judging, waiting (for a person), decided, replaced (a
    correction is on its way)."""
    attempt: int
    """The latest; what is said below is about it, unless it says otherwise."""
    invoice_id: str
    vendor_id: str | None = None
    number: str | None = None
    amount: Money | None = None
    origin: str
    uploaded_at: Instant
    document: Document | None = None
    branches: list[Branch]
    decision: Decision | None = None
    """The one in force."""
    revisions: list[Decision] = []
    """All of all attempts, in order."""
    reviews: list[Review] = []
    timeline: list[Step] = []
    problems: list[Trouble] = []
    mark: str = Field(examples=["1-1-1111-decided"])
    """Where on its way it is: `Last-Event-ID` of the events that follow."""


class Cancelling(_Told):
    """Why a request is cancelled."""

    reason: PlainText | None = Field(default=None, max_length=500, examples=["Sent twice."])
    """Stands in the decision and in the audit trail."""


class Progress(_Told):
    """How far a request has come: the data of an event."""

    request_id: str
    attempt: int
    state: State
    branches: dict[str, str]
    status: str | None
    revision: int
    decided_by: str | None
    missing: list[str]
    uploaded_at: Instant | None
    at: Instant
    mark: str
    skipped: int
    """States between that were left out, because they were not read fast enough."""
