"""Labels on conversations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "conversation_runs",
        sa.Column("labels", postgresql.ARRAY(sa.String(length=40)), server_default=sa.text("'{}'"), nullable=False),
    )
    # Conversations go on meanwhile. What an attempt before this one left unfinished is no use.
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_conversation_runs_labelled")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_conversation_runs_labelled ON conversation_runs"
            " (organisation_id, last_message_at, id) WHERE labels <> '{}'"
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_conversation_runs_labelled")
    op.drop_column("conversation_runs", "labels")
