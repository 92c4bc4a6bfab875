"""What calls of models used: a row each, written with the rest of the record from the receipts of their turns."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    op.create_table(
        "usage_logs",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(160), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("agent", sa.String(64), nullable=True),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("model", sa.String(255), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column(
            "total_tokens", sa.BigInteger(), sa.Computed("input_tokens + output_tokens", persisted=True), nullable=False
        ),
        sa.Column("cost", sa.Numeric(20, 10), nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_usage_logs_organisation_id_organisations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_logs")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_usage_logs_event_id_number")),
    )
    op.create_index("ix_usage_logs_timestamp", "usage_logs", ["organisation_id", "timestamp"])
    op.execute("ALTER TABLE usage_logs ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE usage_logs FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY organisation ON usage_logs TO cci_app"
        f" USING (organisation_id = {CURRENT_ORGANISATION}) WITH CHECK (organisation_id = {CURRENT_ORGANISATION})"
    )
    op.execute("CREATE POLICY system ON usage_logs TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON usage_logs TO cci_system")
    # The web reads what was used; the worker writes it.
    op.execute("GRANT SELECT ON usage_logs TO cci_app")


def downgrade() -> None:
    op.drop_table("usage_logs")
