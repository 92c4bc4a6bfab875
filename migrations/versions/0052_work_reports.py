"""Reports on the work."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    op.create_table(
        "work_reports",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=True),
        sa.Column("collaborator_id", sa.BigInteger(), nullable=True),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("deliveries", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("made_by", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("period IN ('daily', 'weekly', 'monthly')", name=op.f("ck_work_reports_period")),
        sa.CheckConstraint("starts <= ends", name=op.f("ck_work_reports_days")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_work_reports_organisation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "project_id"],
            ["projects.organisation_id", "projects.id"],
            name=op.f("fk_work_reports_organisation_id_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "collaborator_id"],
            ["collaborators.organisation_id", "collaborators.id"],
            name=op.f("fk_work_reports_organisation_id_collaborator_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_reports")),
        sa.UniqueConstraint("organisation_id", "key", name=op.f("uq_work_reports_organisation_id_key")),
    )
    op.create_index(op.f("ix_work_reports_organisation_id_id"), "work_reports", ["organisation_id", "id"])
    op.create_index(op.f("ix_work_reports_project_id"), "work_reports", ["project_id"])
    op.create_index(op.f("ix_work_reports_collaborator_id"), "work_reports", ["collaborator_id"])
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute("ALTER TABLE work_reports ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE work_reports FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY organisation ON work_reports TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute("CREATE POLICY system ON work_reports TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON work_reports TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("work_reports")
