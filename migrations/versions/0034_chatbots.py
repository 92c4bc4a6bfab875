"""Assistants that organisations make: a draft, and the versions that were published."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def _close(name: str) -> None:
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY organisation ON {name} TO cci_app"
        f" USING (organisation_id = {CURRENT_ORGANISATION}) WITH CHECK (organisation_id = {CURRENT_ORGANISATION})"
    )
    op.execute(f"CREATE POLICY system ON {name} TO cci_system USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO cci_app, cci_system")


def _of_organisation(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id"],
        ["organisations.id"],
        name=op.f(f"fk_{name}_organisation_id_organisations"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "chatbots",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("draft", postgresql.JSONB(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        _of_organisation("chatbots"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chatbots")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_chatbots_organisation_id_name")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_chatbots_organisation_id_id")),
    )
    op.create_table(
        "chatbot_versions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("chatbot_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        _of_organisation("chatbot_versions"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "chatbot_id"],
            ["chatbots.organisation_id", "chatbots.id"],
            name=op.f("fk_chatbot_versions_organisation_id_chatbot_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chatbot_versions")),
        sa.UniqueConstraint(
            "organisation_id",
            "chatbot_id",
            "version",
            name=op.f("uq_chatbot_versions_organisation_id_chatbot_id_version"),
        ),
    )
    _close("chatbots")
    _close("chatbot_versions")


def downgrade() -> None:
    op.drop_table("chatbot_versions")
    op.drop_table("chatbots")
