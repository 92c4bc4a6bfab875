"""When somebody was last told of an alert; and calls of tools go with the person who is erased."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("system_alerts", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("GRANT DELETE ON tool_executions TO cci_app")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON tool_executions FROM cci_app")
    op.drop_column("system_alerts", "told_at")
