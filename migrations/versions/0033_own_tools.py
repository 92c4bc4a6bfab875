"""Tools and servers of tools that organisations keep, and what somebody should look at."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
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


def _accounts(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.Column("sealed_secrets", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), server_default="unchecked", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        *columns,
        _of_organisation(name),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("organisation_id", "kind", "name", name=op.f(f"uq_{name}_organisation_id_kind_name")),
        sa.CheckConstraint("state IN ('unchecked', 'working', 'failing')", name=op.f(f"ck_{name}_state")),
    )
    _close(name)


def upgrade() -> None:
    _accounts("own_tools")
    _accounts(
        "tool_servers",
        sa.Column("definitions", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_table(
        "system_alerts",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("cause", sa.String(200), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("chatbot", sa.String(64), nullable=True),
        sa.Column("step", sa.String(200), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=True),
        sa.Column("count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", sa.String(16), server_default="open", nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        _of_organisation("system_alerts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_alerts")),
        sa.CheckConstraint(
            "severity IN ('critical', 'error', 'warning', 'info')", name=op.f("ck_system_alerts_severity")
        ),
        sa.CheckConstraint("state IN ('open', 'acknowledged', 'resolved')", name=op.f("ck_system_alerts_state")),
    )
    op.create_index(
        "ix_system_alerts_open",
        "system_alerts",
        ["organisation_id", "cause"],
        unique=True,
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    op.create_index("ix_system_alerts_organisation_id_id", "system_alerts", ["organisation_id", "id"])
    _close("system_alerts")


def downgrade() -> None:
    for table in ("system_alerts", "tool_servers", "own_tools"):
        op.drop_table(table)
