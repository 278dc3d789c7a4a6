"""Finding requests by whose they are, and the document that an upload points at."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Uploads before this one show no document; they are found like all others."""
    op.add_column("upload", sa.Column("document", _JSON))
    op.drop_index("ix_upload_tenant_uploaded_at", "upload")
    op.create_index(
        "ix_upload_tenant_uploaded_at", "upload", ["tenant", "uploaded_at", "request_id"]
    )
    op.create_index(
        "ix_upload_tenant_vendor_id",
        "upload",
        ["tenant", "vendor_id", "uploaded_at", "request_id"],
    )
    op.create_index("ix_upload_tenant_number", "upload", ["tenant", "number"])


def downgrade() -> None:
    """Find them more slowly."""
    op.drop_index("ix_upload_tenant_number", "upload")
    op.drop_index("ix_upload_tenant_vendor_id", "upload")
    op.drop_index("ix_upload_tenant_uploaded_at", "upload")
    op.create_index("ix_upload_tenant_uploaded_at", "upload", ["tenant", "uploaded_at"])
    op.drop_column("upload", "document")
