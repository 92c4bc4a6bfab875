"""Late answers can be listed without looking through all receipts."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_webhook_events_was_late",
        "webhook_events",
        ["organisation_id", "id"],
        postgresql_where=sa.text("late IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_webhook_events_was_late", table_name="webhook_events")
