"""Assistants that may be written to from pages of the web."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    op.create_table(
        "web_chats",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("origins", postgresql.ARRAY(sa.String(270)), nullable=False),
        sa.Column("has_link", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_web_chats_organisation_id_organisations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_chats")),
        sa.UniqueConstraint("token", name=op.f("uq_web_chats_token")),
        sa.UniqueConstraint("organisation_id", "assistant", name=op.f("uq_web_chats_organisation_id_assistant")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON web_chats TO cci_app, cci_system")
    op.execute("ALTER TABLE web_chats ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE web_chats FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY organisation ON web_chats TO cci_app"
        f" USING (organisation_id = {CURRENT_ORGANISATION}) WITH CHECK (organisation_id = {CURRENT_ORGANISATION})"
    )
    op.execute("CREATE POLICY system ON web_chats TO cci_system USING (true) WITH CHECK (true)")
    # Whoever looks at a page that shows it may read the row of it.
    op.execute(
        "CREATE POLICY shown ON web_chats FOR SELECT TO cci_app"
        " USING (token = NULLIF(current_setting('app.chat_token', true), ''))"
    )


def downgrade() -> None:
    op.drop_table("web_chats")
