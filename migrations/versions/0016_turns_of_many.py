"""A turn answers all that waits, and only while no human does: mode, attempts that count, bursts, answers withheld."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MODES = "mode IN ('bot', 'human', 'paused')"


def upgrade() -> None:
    op.add_column("turn_state", sa.Column("mode", sa.String(16), server_default="bot", nullable=False))
    op.add_column("turn_state", sa.Column("takeovers", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_turn_state_mode"), "turn_state", MODES)
    op.add_column("webhook_events", sa.Column("not_before", sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("withheld", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("conversations", "withheld")
    op.drop_column("webhook_events", "not_before")
    op.drop_constraint(op.f("ck_turn_state_mode"), "turn_state")
    op.drop_column("turn_state", "takeovers")
    op.drop_column("turn_state", "mode")
