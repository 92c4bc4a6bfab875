"""Exports that are made again and again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    op.create_table(
        "export_schedules",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("frequency", sa.String(length=16), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("month_day", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("destination", sa.String(length=32), nullable=False),
        sa.Column("filters", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("next_run_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_job_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("frequency IN ('daily', 'weekly', 'monthly')", name=op.f("ck_export_schedules_frequency")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_export_schedules_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_schedules")),
    )
    op.create_index(
        op.f("ix_export_schedules_organisation_id_created_at"), "export_schedules", ["organisation_id", "created_at"]
    )
    op.create_index("ix_export_schedules_due", "export_schedules", ["next_run_at"], postgresql_where=sa.text("active"))
    op.execute("ALTER TABLE export_schedules ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE export_schedules FORCE ROW LEVEL SECURITY")
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute(f"CREATE POLICY organisation ON export_schedules TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute("CREATE POLICY system ON export_schedules TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON export_schedules TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("export_schedules")
