"""What people have to look at, who does, and what they have answered and can still take back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INSTANT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")
_AMOUNT = sa.Text().with_variant(sa.Numeric(28, 8), "postgresql")
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables: they fill with what is asked from now on, or by `manifold rebuild`."""
    op.create_table(
        "open_review",
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("invoice_id", sa.Text, nullable=False),
        sa.Column("vendor_id", sa.Text),
        sa.Column("vendor_name", sa.Text),
        sa.Column("amount", _AMOUNT),
        sa.Column("currency", sa.Text),
        sa.Column("approvers", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("needed", sa.Integer, nullable=False),
        sa.Column("approved_by", _JSON, nullable=False),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("asked", _JSON, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("held_until", _INSTANT),
        sa.Column("postponed_until", _INSTANT),
    )
    op.create_index("ix_open_review_opened_at", "open_review", ["opened_at"])
    op.create_table(
        "review_answer",
        sa.Column("answer_id", sa.Text, primary_key=True),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("vendor_id", sa.Text),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("corrected", _JSON),
        sa.Column("completed_at", _INSTANT, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("published_at", _INSTANT),
        sa.Column("refusal", sa.Text),
        sa.Column("refused_because", sa.Text),
    )
    op.create_index("ix_review_answer_request_id", "review_answer", ["request_id"])
    op.create_index("ix_review_answer_due_at", "review_answer", ["due_at"])


def downgrade() -> None:
    """Forget what is asked, and answers that were not published yet."""
    op.drop_table("review_answer")
    op.drop_table("open_review")
