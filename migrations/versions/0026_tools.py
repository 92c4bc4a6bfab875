"""What tools did, whom they found, and that a turn which is run again does nothing twice."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def _table(name: str, *columns: SchemaItem, **uniques: list[str]) -> None:
    op.create_table(
        name,
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(160), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f(f"fk_{name}_organisation_id_organisations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        *(sa.UniqueConstraint(*several, name=op.f(unique)) for unique, several in uniques.items()),
    )
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY organisation ON {name} TO cci_app"
        f" USING (organisation_id = {CURRENT_ORGANISATION}) WITH CHECK (organisation_id = {CURRENT_ORGANISATION})"
    )
    op.execute(f"CREATE POLICY system ON {name} TO cci_system USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO cci_system")


def upgrade() -> None:
    _table(
        "tool_effects",
        sa.Column("tool", sa.String(128), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("attempt", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("state IN ('begun', 'done')", name=op.f("ck_tool_effects_state")),
        uq_tool_effects_organisation_id_event_id_tool_key=["organisation_id", "event_id", "tool", "key"],
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON tool_effects TO cci_app")
    _table(
        "tool_executions",
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("agent", sa.String(64), nullable=True),
        sa.Column("tool", sa.String(128), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("arguments", postgresql.JSONB(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("iteration", sa.SmallInteger(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        uq_tool_executions_event_id_number=["event_id", "number"],
    )
    op.create_index("ix_tool_executions_organisation_id_timestamp", "tool_executions", ["organisation_id", "timestamp"])
    op.execute("GRANT SELECT ON tool_executions TO cci_app")
    _table(
        "leads",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(160), nullable=True),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("interest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.create_index("ix_leads_organisation_id_created_at", "leads", ["organisation_id", "created_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON leads TO cci_app")
    # Whoever looks through them sees their own organisation's rows, as in the table.
    op.execute(
        "CREATE VIEW tool_usage_stats WITH (security_invoker = true) AS"
        " SELECT organisation_id, assistant, type, tool, count(*) AS calls,"
        "  count(*) FILTER (WHERE status IN ('failed', 'timed_out')) AS failures,"
        "  count(*) FILTER (WHERE status IN ('refused', 'unknown')) AS refusals,"
        "  round(avg(duration_ms))::integer AS mean_ms,"
        "  round(percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_ms))::integer AS p95_ms,"
        '  max("timestamp") AS last_at'
        " FROM tool_executions GROUP BY organisation_id, assistant, type, tool"
    )
    op.execute(
        "CREATE VIEW recent_tool_failures WITH (security_invoker = true) AS"
        ' SELECT organisation_id, assistant, user_id, event_id, type, tool, status, arguments, result, "timestamp"'
        " FROM tool_executions WHERE status IN ('failed', 'timed_out', 'uncertain')"
        " AND \"timestamp\" > now() - interval '7 days'"
    )
    for view in ("tool_usage_stats", "recent_tool_failures"):
        op.execute(f"GRANT SELECT ON {view} TO cci_app, cci_system")


def downgrade() -> None:
    for view in ("recent_tool_failures", "tool_usage_stats"):
        op.execute(f"DROP VIEW {view}")
    for table in ("leads", "tool_executions", "tool_effects"):
        op.drop_table(table)
