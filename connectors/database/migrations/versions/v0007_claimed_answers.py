"""An answer that is being published is claimed: it can no longer be taken back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INSTANT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Add the column; nothing is claimed yet."""
    op.add_column("review_answer", sa.Column("sending_until", _INSTANT))


def downgrade() -> None:
    """Forget who publishes what."""
    op.drop_column("review_answer", "sending_until")
