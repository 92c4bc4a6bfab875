"""A job's checkpoint: where whoever goes on with its work begins."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("checkpoint", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "checkpoint")
