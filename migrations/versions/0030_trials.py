"""Trying an assistant: links for those without an account, and an index of what was said on trials."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    # Messages go on coming in meanwhile.
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_webhook_events_trials")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_webhook_events_trials ON webhook_events (organisation_id, received_at)"
            " WHERE channel = 'trial'"
        )
    op.create_table(
        "trial_links",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("assistant", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.String(length=160), server_default="", nullable=False),
        sa.Column("note", sa.String(length=100), server_default="", nullable=False),
        sa.Column("made_by", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_trial_links_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_trial_links_token_hash")),
    )
    op.create_index(op.f("ix_trial_links_organisation_id"), "trial_links", ["organisation_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON trial_links TO cci_app, cci_system")
    op.execute("ALTER TABLE trial_links ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE trial_links FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY organisation ON trial_links TO cci_app"
        f" USING (organisation_id = {CURRENT_ORGANISATION}) WITH CHECK (organisation_id = {CURRENT_ORGANISATION})"
    )
    op.execute("CREATE POLICY system ON trial_links TO cci_system USING (true) WITH CHECK (true)")
    # Whoever presents a token knows its hash, and may read the row of it.
    op.execute(
        "CREATE POLICY bearer ON trial_links FOR SELECT TO cci_app"
        " USING (token_hash = NULLIF(current_setting('app.link_hash', true), ''))"
    )


def downgrade() -> None:
    op.drop_table("trial_links")
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_webhook_events_trials")
