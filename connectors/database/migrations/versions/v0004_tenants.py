"""Whose upload it is, so that nobody sees what is another's."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Uploads before this one belong to nobody in particular."""
    op.add_column("upload", sa.Column("tenant", sa.Text))
    op.create_index("ix_upload_tenant_uploaded_at", "upload", ["tenant", "uploaded_at"])


def downgrade() -> None:
    """Forget whose uploads they are."""
    op.drop_index("ix_upload_tenant_uploaded_at", "upload")
    op.drop_column("upload", "tenant")
