"""Uploads, results, decisions, and the audit trail with its chains."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")
_AMOUNT = sa.Text().with_variant(sa.Numeric(28, 8), "postgresql")
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")

_RESULT_IN_FORCE = """
CREATE VIEW result_in_force AS
SELECT * FROM result
WHERE NOT EXISTS (
    SELECT 1 FROM result AS other
    WHERE other.request_id = result.request_id
      AND other.attempt = result.attempt
      AND other.branch = result.branch
      AND (CASE WHEN other.status = 'UNKNOWN' THEN 1 ELSE 0 END, other.record_offset)
        < (CASE WHEN result.status = 'UNKNOWN' THEN 1 ELSE 0 END, result.record_offset)
)
"""

_DECISION_IN_FORCE = """
CREATE VIEW decision_in_force AS
SELECT * FROM decision
WHERE NOT EXISTS (
    SELECT 1 FROM decision AS later
    WHERE later.request_id = decision.request_id
      AND (later.attempt, later.revision) > (decision.attempt, decision.revision)
)
"""


def upgrade() -> None:
    """Make the tables and views."""
    op.create_table(
        "upload",
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("invoice_id", sa.Text, nullable=False),
        sa.Column("vendor_id", sa.Text),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("uploaded_at", _INSTANT, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("currency", sa.Text),
        sa.Column("payable", _AMOUNT),
        sa.Column("issue_date", sa.Date),
        sa.Column("event_id", sa.Text, nullable=False),
    )
    op.create_table(
        "result",
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("branch", sa.Text, primary_key=True),
        sa.Column("source_topic", sa.Text, primary_key=True),
        sa.Column("source_partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source_offset", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("invoice_id", sa.Text, nullable=False),
        sa.Column("vendor_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("unknown_reason", sa.Text),
        sa.Column("violations", _JSON, nullable=False),
        sa.Column("details", _JSON, nullable=False),
        sa.Column("policy_version", sa.Text, nullable=False),
        sa.Column("uploaded_at", _INSTANT, nullable=False),
        sa.Column("decided_at", _INSTANT, nullable=False),
        sa.Column("record_offset", sa.BigInteger, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
    )
    op.create_table(
        "decision",
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("invoice_id", sa.Text, nullable=False),
        sa.Column("vendor_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("missing", _JSON, nullable=False),
        sa.Column("branches", _JSON, nullable=False),
        sa.Column("changes", _JSON, nullable=False),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.Column("decided_at", _INSTANT, nullable=False),
        sa.Column("uploaded_at", _INSTANT, nullable=False),
        sa.Column("latency_ms", sa.BigInteger, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
    )
    op.create_table(
        "audit_chain",
        sa.Column("chain", sa.Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_table(
        "audit_entry",
        sa.Column("chain", sa.Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("source_topic", sa.Text, nullable=False),
        sa.Column("source_partition", sa.Integer, nullable=False),
        sa.Column("source_offset", sa.BigInteger, nullable=False),
        sa.Column("payload_sha256", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.UniqueConstraint("event_id", name="uq_audit_entry_event_id"),
    )
    op.create_index("ix_audit_entry_request_id", "audit_entry", ["request_id"])
    op.execute(_RESULT_IN_FORCE)
    op.execute(_DECISION_IN_FORCE)


def downgrade() -> None:
    """Drop everything, and all that was written."""
    op.execute("DROP VIEW decision_in_force")
    op.execute("DROP VIEW result_in_force")
    for table in ("audit_entry", "audit_chain", "decision", "result", "upload"):
        op.drop_table(table)
