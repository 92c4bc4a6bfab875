"""What is known of a lead beside its words: a score, and what it is about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("leads", sa.Column("score", sa.SmallInteger(), nullable=True))
    op.add_column("leads", sa.Column("details", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False))


def downgrade() -> None:
    op.drop_column("leads", "details")
    op.drop_column("leads", "score")
