"""What may be asked about requests: one as a whole, or many as a list. Nothing is written here.

Whoever asks names the tenant whose requests they may see; those of others are not there.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Literal, TypeAlias, TypeVar

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Double,
    Engine,
    Numeric,
    Row,
    Select,
    Table,
    and_,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from connectors.database.engine import engine, folder, parsed, shown
from connectors.database.errors import DatabaseUnavailable, retrying
from connectors.database.rows import audit_entries, decided, identifier
from connectors.database.schema import (
    audit_entry,
    decision,
    open_review,
    result,
    review,
    upload,
)
from connectors.database.sealing import PLAIN, Sealing
from operators.audit import InvoiceAudit
from operators.decision import InvoiceDecision
from operators.money import Amount
from operators.time import Instant

T = TypeVar("T")
Kind = TypeVar("Kind", bound=Struct)

Sort: TypeAlias = Literal["newest", "oldest", "dearest", "cheapest"]
"""By when they were uploaded; or by the amount due, whatever its currency: those of which it is not
known are left out then."""

_AT_ONCE = 500


class Upload(Struct, frozen=True, kw_only=True):
    """An upload as it is stored."""

    request_id: str
    attempt: int
    invoice_id: str
    vendor_id: str | None
    origin: str
    uploaded_at: Instant
    number: str | None
    currency: str | None
    payable: Amount | None
    issue_date: Any
    document: dict[str, Any] | None
    tenant: str | None


class Answer(Struct, frozen=True, kw_only=True):
    """A branch's answer as it is stored."""

    attempt: int
    branch: str
    status: str
    unknown_reason: str | None
    violations: list[dict[str, Any]]
    details: dict[str, Any]
    policy_version: str
    uploaded_at: Instant
    decided_at: Instant


class Said(Struct, frozen=True, kw_only=True):
    """What a person has said, as it is stored."""

    attempt: int
    revision: int
    outcome: str
    reviewer: str
    reason: str
    completed_at: Instant


class Asked(Struct, frozen=True, kw_only=True):
    """An open review as it is stored."""

    attempt: int
    revision: int
    kind: str
    vendor_id: str | None
    opened_at: Instant


class Known(Struct, frozen=True):
    """All that is stored of one request."""

    request_id: str
    uploads: tuple[Upload, ...]
    """By attempt; there is at least one."""
    answers: tuple[Answer, ...]
    """In the order in which they were given."""
    decisions: tuple[InvoiceDecision, ...]
    """By attempt and revision; the last one is in force."""
    said: tuple[Said, ...]
    """In the order in which it was said."""
    audit: tuple[InvoiceAudit, ...]
    """Its entries, by chain."""
    asked: Asked | None = None
    """What people are asked about it just now."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which requests are wanted; None does not restrict."""

    status: str | None = None
    """Of the decision in force; `OPEN` for those without one."""
    vendor_id: str | None = None
    number: str | None = None
    origin: str | None = None
    since: Instant | None = None
    """Uploaded then or later."""
    until: Instant | None = None
    """Uploaded before."""
    sort: Sort = "newest"
    size: int = 50
    after: tuple[Any, str] | None = None
    """The place behind which to go on: what the last page ended with."""


class Found(Struct, frozen=True, kw_only=True):
    """One request of a list, by its latest attempt."""

    upload: Upload
    answers: dict[str, str]
    """Status by branch."""
    revision: int
    """Of the decision in force; 0 without one."""
    status: str | None
    decided_by: str | None
    decided_at: Instant | None
    missing: list[str]
    place: tuple[Any, str]
    """Where it stands in the list."""


class Requests:
    """The database as it is read, connected to on first use."""

    def __init__(self, url: str, connections: int = 4, sealing: Sealing = PLAIN) -> None:
        """`connections`: how many may ask at a time. Raises DatabaseError for no such URL."""
        self._sealing = sealing
        self._url = parsed(url)
        self._where = shown(self._url)
        self._engine: Engine = engine(self._url, connections)
        self._amount: ColumnElement[Any] = literal_column("upload.payable", Numeric())
        if self._engine.dialect.name == "sqlite":
            # It keeps amounts as text, which is in no order.
            self._amount = literal_column("CAST(upload.payable AS REAL)", Double())

    def known(self, request_id: str, tenant: str | None) -> Known | None:
        """All of one request; None when there is none, or it is another tenant's."""
        return self._asking(lambda: self._known(identifier(request_id), tenant))

    def found(self, wanted: Wanted, tenant: str | None) -> list[Found]:
        """A page of requests in the order wanted."""
        return self._asking(lambda: self._found(wanted, tenant))

    def tenants(self, request_ids: Iterable[str]) -> dict[str, str | None]:
        """Whose requests are; those that are not stored are left out."""
        ids = list(request_ids)
        return self._asking(lambda: self._tenants(ids))

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _asking(self, call: Callable[[], T]) -> T:
        parent = folder(self._url)
        if parent is not None and not parent.is_dir():
            raise DatabaseUnavailable(
                f"the folder of {self._where} does not exist: run `manifold db migrate`"
            )
        return retrying(self._where, call)

    def _tenants(self, ids: list[str]) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(ids), _AT_ONCE):
                some = {identifier(each): each for each in ids[start : start + _AT_ONCE]}
                # Whose it is, the first attempt says: it comes last here, and stays.
                rows = connection.execute(
                    select(upload.c.request_id, upload.c.tenant)
                    .where(upload.c.request_id.in_(list(some)))
                    .order_by(upload.c.attempt.desc())
                )
                found |= {some[row.request_id]: row.tenant for row in rows}
        return found

    def _known(self, request_id: str, tenant: str | None) -> Known | None:
        with self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                # One moment's view: what is read first must not be older than what is read last.
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                uploads = connection.execute(
                    select(*_UPLOAD)
                    .where(upload.c.request_id == request_id)
                    .order_by(upload.c.attempt)
                ).all()
                # A correction is its reviewer's upload: whose it is, the first one says.
                if not uploads or uploads[0].tenant != tenant:
                    return None
                answers = connection.execute(
                    select(result)
                    .where(result.c.request_id == request_id)
                    .order_by(result.c.decided_at, result.c.record_offset)
                ).all()
                decisions = connection.execute(
                    select(decision)
                    .where(decision.c.request_id == request_id)
                    .order_by(decision.c.attempt, decision.c.revision)
                ).mappings()
                stored = tuple(decided(self._sealing.opened(decision, each)) for each in decisions)
                said = connection.execute(
                    select(review)
                    .where(review.c.request_id == request_id)
                    .order_by(review.c.completed_at)
                ).all()
                entries = connection.execute(
                    select(audit_entry)
                    .where(audit_entry.c.request_id == request_id)
                    .order_by(audit_entry.c.chain, audit_entry.c.sequence)
                ).all()
                asked = connection.execute(
                    select(*_ASKED).where(open_review.c.request_id == request_id)
                ).one_or_none()
        return Known(
            request_id,
            tuple(self._opened(Upload, upload, row) for row in uploads),
            tuple(self._opened(Answer, result, row) for row in answers),
            stored,
            tuple(self._opened(Said, review, row) for row in said),
            tuple(audit_entries(entries)),
            None if asked is None else Asked(**asked._mapping),
        )

    def _found(self, wanted: Wanted, tenant: str | None) -> list[Found]:
        by_amount = wanted.sort in ("dearest", "cheapest")
        by: ColumnElement[Any] = self._amount if by_amount else upload.c.uploaded_at
        descending = wanted.sort in ("newest", "dearest")
        query = _latest(by).where(*_restricted(wanted, tenant))
        if by_amount:
            query = query.where(upload.c.payable.is_not(None))
        if wanted.after is not None:
            place = tuple_(by, upload.c.request_id)
            value, request_id = wanted.after
            exact = Decimal(value) if isinstance(value, str) else value
            end = tuple_(literal(exact, by.type), literal(request_id))
            query = query.where(place < end if descending else place > end)
        columns = (by, upload.c.request_id)
        query = query.order_by(*(each.desc() if descending else each.asc() for each in columns))
        with self._engine.connect() as connection, connection.begin():
            rows = connection.execute(query.limit(wanted.size)).all()
            keys = [(row.request_id, row.attempt) for row in rows]
            answers: dict[tuple[str, int], dict[str, str]] = {key: {} for key in keys}
            if keys:
                for row in connection.execute(_statuses(keys)):
                    answers[row.request_id, row.attempt][row.branch] = row.status
        return [
            Found(
                upload=self._opened(Upload, upload, row),
                answers=answers[row.request_id, row.attempt],
                revision=row.revision or 0,
                status=row.status,
                decided_by=row.decided_by,
                decided_at=row.decided_at,
                missing=row.missing or [],
                place=(_plain(row.place), row.request_id),
            )
            for row in rows
        ]

    def _opened(self, kind: type[Kind], table: Table, row: Row[Any]) -> Kind:
        """A row, its key among it, as what it is."""
        values = self._sealing.opened(table, row._mapping)
        return kind(**{name: values[name] for name in kind.__struct_fields__})


_UPLOAD = tuple(upload.c[name] for name in Upload.__struct_fields__)
_ASKED = tuple(open_review.c[name] for name in Asked.__struct_fields__)


def _latest(by: ColumnElement[Any]) -> Select[Any]:
    """Each request's latest attempt, with the decision in force on it."""
    later, revised = aliased(upload), aliased(decision)
    newer = select(literal(1)).where(
        later.c.request_id == upload.c.request_id, later.c.attempt > upload.c.attempt
    )
    newest = select(literal(1)).where(
        revised.c.request_id == decision.c.request_id,
        revised.c.attempt == decision.c.attempt,
        revised.c.revision > decision.c.revision,
    )
    joined = upload.outerjoin(
        decision,
        and_(
            decision.c.request_id == upload.c.request_id,
            decision.c.attempt == upload.c.attempt,
            ~newest.exists(),
        ),
    )
    return (
        select(
            *_UPLOAD,
            decision.c.revision,
            decision.c.status,
            decision.c.decided_by,
            decision.c.decided_at,
            decision.c.missing,
            by.label("place"),
        )
        .select_from(joined)
        .where(~newer.exists())
    )


def _restricted(wanted: Wanted, tenant: str | None) -> list[ColumnElement[bool]]:
    of_tenant = upload.c.tenant.is_(None) if tenant is None else upload.c.tenant == tenant
    found: list[ColumnElement[bool]] = [of_tenant]
    if wanted.status == "OPEN":
        found.append(decision.c.status.is_(None))
    elif wanted.status is not None:
        found.append(decision.c.status == wanted.status)
    if wanted.vendor_id is not None:
        found.append(upload.c.vendor_id == wanted.vendor_id)
    if wanted.number is not None:
        found.append(upload.c.number == wanted.number)
    if wanted.origin is not None:
        found.append(upload.c.origin == wanted.origin)
    if wanted.since is not None:
        found.append(upload.c.uploaded_at >= wanted.since)
    if wanted.until is not None:
        found.append(upload.c.uploaded_at < wanted.until)
    return found


def _statuses(keys: Sequence[tuple[str, int]]) -> Select[Any]:
    return (
        select(result.c.request_id, result.c.attempt, result.c.branch, result.c.status)
        .where(
            or_(
                *(
                    and_(result.c.request_id == request_id, result.c.attempt == attempt)
                    for request_id, attempt in keys
                )
            )
        )
        .order_by(result.c.decided_at)
    )


def _plain(value: Any) -> Any:
    """As a cursor carries it: a decimal without an exponent."""
    return format(value, "f") if isinstance(value, Decimal) else value
