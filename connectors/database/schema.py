"""The tables, as the program sees them; `migrations/` makes them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import JSON, TypeEngine

from operators.money import Amount, from_decimal, parse, render, to_decimal
from operators.time import Instant

_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
_FIRST_INSTANT: Instant = -62_135_596_800_000
_LAST_INSTANT: Instant = 253_402_300_799_999


class InstantColumn(TypeDecorator[Instant]):
    """An instant: `timestamptz` in PostgreSQL, RFC 3339 text in SQLite.

    Instants outside the years 1 to 9999 become the nearest inside; the audit trail keeps them.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Timestamps where the database has them."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Instant | None, dialect: Dialect) -> Any:
        """The instant as the database takes it."""
        if value is None:
            return None
        at = _moment(value)
        if dialect.name == "postgresql":
            return at
        return at.isoformat(timespec="milliseconds")[:-6] + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> Instant | None:
        """The instant as the program has it."""
        if value is None:
            return None
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return round(at.timestamp() * 1_000)


class AmountColumn(TypeDecorator[Amount]):
    """An exact amount: `numeric(28, 8)` in PostgreSQL, decimal text in SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Exact numbers where the database has them."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Numeric(28, 8))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Amount | None, dialect: Dialect) -> Any:
        """The amount as the database takes it."""
        if value is None:
            return None
        return to_decimal(value) if dialect.name == "postgresql" else render(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Amount | None:
        """The amount as the program has it."""
        if value is None:
            return None
        return from_decimal(value) if isinstance(value, Decimal) else parse(value)


def _moment(at: Instant) -> datetime:
    if not _FIRST_INSTANT <= at <= _LAST_INSTANT:
        return _FIRST if at < 0 else _LAST
    seconds, milliseconds = divmod(at, 1_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1_000)


_JSON = JSON().with_variant(JSONB(), "postgresql")
_JSON_OR_NULL = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

metadata = MetaData()

upload = Table(
    "upload",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("invoice_id", Text, nullable=False),
    Column("vendor_id", Text),
    Column("origin", Text, nullable=False),
    Column("uploaded_at", InstantColumn, nullable=False),
    Column("number", Text),
    Column("currency", Text),
    Column("payable", AmountColumn),
    Column("issue_date", Date),
    Column("event_id", Text, nullable=False),
    Column("tenant", Text),
    Column("document", _JSON_OR_NULL),
    Index("ix_upload_tenant_uploaded_at", "tenant", "uploaded_at", "request_id"),
    Index("ix_upload_tenant_vendor_id", "tenant", "vendor_id", "uploaded_at", "request_id"),
    Index("ix_upload_tenant_number", "tenant", "number"),
)

result = Table(
    "result",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("branch", Text, primary_key=True),
    Column("source_topic", Text, primary_key=True),
    Column("source_partition", Integer, primary_key=True, autoincrement=False),
    Column("source_offset", BigInteger, primary_key=True, autoincrement=False),
    Column("invoice_id", Text, nullable=False),
    Column("vendor_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("unknown_reason", Text),
    Column("violations", _JSON, nullable=False),
    Column("details", _JSON, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("uploaded_at", InstantColumn, nullable=False),
    Column("decided_at", InstantColumn, nullable=False),
    Column("record_offset", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("invoice_id", Text, nullable=False),
    Column("vendor_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("missing", _JSON, nullable=False),
    Column("branches", _JSON, nullable=False),
    Column("changes", _JSON, nullable=False),
    Column("opened_at", InstantColumn, nullable=False),
    Column("decided_at", InstantColumn, nullable=False),
    Column("uploaded_at", InstantColumn, nullable=False),
    Column("latency_ms", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("amount", AmountColumn),
    Column("vendor_class", Text),
    Column("decided_by", Text),
    Column("approvers", Text),
    Column("reason", Text),
    Column("policy_version", Text),
    Column("currency", Text),
    Column("due", AmountColumn),
    Column("reviews", _JSON),
)

review = Table(
    "review",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("completed_at", InstantColumn, nullable=False),
    Index("ix_review_request_id", "request_id"),
)

open_review = Table(
    "open_review",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("attempt", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("invoice_id", Text, nullable=False),
    Column("vendor_id", Text),
    Column("vendor_name", Text),
    Column("amount", AmountColumn),
    Column("currency", Text),
    Column("approvers", Text),
    Column("reason", Text),
    Column("rules", Text, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("approved_by", _JSON, nullable=False),
    Column("opened_at", InstantColumn, nullable=False),
    Column("expires_at", InstantColumn, nullable=False),
    Column("asked", _JSON, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("holder", Text),
    Column("held_until", InstantColumn),
    Column("postponed_until", InstantColumn),
    Index("ix_open_review_opened_at", "opened_at"),
)
"""What people have to look at now; who does, and until when it is theirs."""

review_answer = Table(
    "review_answer",
    metadata,
    Column("answer_id", Text, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("vendor_id", Text),
    Column("reviewer", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("corrected", _JSON),
    Column("completed_at", InstantColumn, nullable=False),
    Column("due_at", InstantColumn, nullable=False),
    Column("published_at", InstantColumn),
    Column("refusal", Text),
    Column("refused_because", Text),
    Column("sending_until", InstantColumn),
    Index("ix_review_answer_request_id", "request_id"),
    Index("ix_review_answer_due_at", "due_at"),
)
"""What people have answered on the pages: it can be taken back until a process has
claimed it, to publish it until then."""

audit_chain = Table(
    "audit_chain",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("source_topic", Text, nullable=False),
    Column("source_partition", Integer, nullable=False),
    Column("source_offset", BigInteger, nullable=False),
    Column("payload_sha256", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("event_id", name="uq_audit_entry_event_id"),
    Index("ix_audit_entry_request_id", "request_id"),
)
