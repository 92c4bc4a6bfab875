"""Leads that are records of a CRM."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    op.create_table(
        "lead_records",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=160), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("first_lead_id", sa.BigInteger(), nullable=False),
        sa.Column("last_lead_id", sa.BigInteger(), nullable=False),
        sa.Column("last_lead_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("given", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'given', 'refused', 'uncertain')", name=op.f("ck_lead_records_state")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_lead_records_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_records")),
        sa.UniqueConstraint(
            "organisation_id", "kind", "first_lead_id", name=op.f("uq_lead_records_organisation_id_kind_first_lead_id")
        ),
    )
    op.create_index(
        op.f("ix_lead_records_organisation_id_kind_assistant_user_id"),
        "lead_records",
        ["organisation_id", "kind", "assistant", "user_id"],
    )
    op.create_index(
        "ix_lead_records_open",
        "lead_records",
        ["organisation_id", "kind", "state"],
        postgresql_where=sa.text("state <> 'given'"),
    )
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute("ALTER TABLE lead_records ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE lead_records FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY organisation ON lead_records TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute("CREATE POLICY system ON lead_records TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON lead_records TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("lead_records")
