"""A channel's message names the account that it came to, and by that its organisation is known."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Who knows what the channel calls an account may read that one row to learn the organisation.
    op.execute(
        "CREATE POLICY addressed ON channel_accounts FOR SELECT TO cci_app"
        " USING (kind || ' ' || outside_id = NULLIF(current_setting('app.channel_account', true), ''))"
    )
    # Kind and name together.
    op.alter_column("webhook_events", "channel_account", type_=sa.String(80))


def downgrade() -> None:
    op.execute("ALTER TABLE webhook_events NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE webhook_events SET channel_account = left(channel_account, 64)")
    op.execute("ALTER TABLE webhook_events FORCE ROW LEVEL SECURITY")
    op.alter_column("webhook_events", "channel_account", type_=sa.String(64))
    op.execute("DROP POLICY addressed ON channel_accounts")
