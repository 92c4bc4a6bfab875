"""A conversation's messages are found by one index, whatever the planner knows of the table.

With the run alone indexed, and no statistics yet (after a restore, or much written at once), the planner joined that
index with one of the whole organisation: an export read all the organisation's entries again for each conversation.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _replace("ix_conversations_run_id", "ix_conversations_run", ["run_id", "organisation_id"])


def downgrade() -> None:
    _replace("ix_conversations_run", "ix_conversations_run_id", ["run_id"])


def _replace(old: str, new: str, columns: list[str]) -> None:
    # Messages are written meanwhile. What an attempt before this one left unfinished is no use.
    with op.get_context().autocommit_block():
        op.drop_index(new, "conversations", if_exists=True, postgresql_concurrently=True)
        op.create_index(new, "conversations", columns, postgresql_concurrently=True)
        op.drop_index(old, "conversations", if_exists=True, postgresql_concurrently=True)
