"""What a decision was made by: the policy's row, and the facts that it looks at."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AMOUNT = sa.Text().with_variant(sa.Numeric(28, 8), "postgresql")
_COLUMNS = ("vendor_class", "decided_by", "approvers", "reason", "policy_version", "currency")
_AMOUNTS = ("amount", "due")

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
    """Give decisions their row; those made before have none."""
    op.execute("DROP VIEW decision_in_force")
    for name in _AMOUNTS:
        op.add_column("decision", sa.Column(name, _AMOUNT))
    for name in _COLUMNS:
        op.add_column("decision", sa.Column(name, sa.Text))
    op.execute(_DECISION_IN_FORCE)


def downgrade() -> None:
    """Forget what decided."""
    op.execute("DROP VIEW decision_in_force")
    for name in (*_AMOUNTS, *_COLUMNS):
        op.drop_column("decision", name)
    op.execute(_DECISION_IN_FORCE)
