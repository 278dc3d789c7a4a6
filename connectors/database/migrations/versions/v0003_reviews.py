"""What people have said: every review, and with a decision those that count for it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INSTANT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")

# A view has the columns that its table had when the view was made.
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
    """Make a place for reviews; decisions made before have none."""
    op.create_table(
        "review",
        sa.Column("event_id", sa.Text, primary_key=True),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("completed_at", _INSTANT, nullable=False),
    )
    op.create_index("ix_review_request_id", "review", ["request_id"])
    op.execute("DROP VIEW decision_in_force")
    op.add_column("decision", sa.Column("reviews", _JSON))
    op.execute(_DECISION_IN_FORCE)


def downgrade() -> None:
    """Forget what people have said."""
    op.execute("DROP VIEW decision_in_force")
    op.drop_column("decision", "reviews")
    op.execute(_DECISION_IN_FORCE)
    op.drop_table("review")
