"""What is due of each subscriber, found without a look at what is due of others."""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

DUE = "ix_webhook_posts_due"
DUE_OF_EACH = "ix_webhook_posts_due_of_each"
WAITING = "WHERE state = 'queued'"


def upgrade() -> None:
    _replace(DUE, DUE_OF_EACH, "organisation_id, subscriber_id, not_before, id")


def downgrade() -> None:
    _replace(DUE_OF_EACH, DUE, "not_before, id")


def _replace(index: str, by: str, columns: str) -> None:
    # Events are written meanwhile; an attempt that was interrupted leaves an index that nothing uses.
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {by}")
        op.execute(f"CREATE INDEX CONCURRENTLY {by} ON webhook_posts ({columns}) {WAITING}")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
