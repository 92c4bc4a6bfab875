"""Messages that somebody asked for, beside those that carry reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reminder_messages", sa.Column("text", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("reminder_messages", "text")
