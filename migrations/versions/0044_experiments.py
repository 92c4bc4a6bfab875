"""Versions of assistants that nobody gets yet, experiments with them, and which version answered what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
_CHECKS = {
    "state": "state IN ('running', 'guarded', 'stopped', 'adopted')",
    "goal": "goal IN ('lead', 'completed', 'handoff', 'unaided', 'thumb')",
    "share": "share > 0 AND share < 1",
    "versions": "control <> candidate",
}


def _close(table: str) -> None:
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY organisation ON {table} TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO cci_app, cci_system")


def _owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    moment = sa.TIMESTAMP(timezone=True)
    op.create_table(
        "assistant_versions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("serving", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", moment, server_default=sa.func.now(), nullable=False),
        _owner("assistant_versions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistant_versions")),
        sa.UniqueConstraint(
            "organisation_id",
            "assistant",
            "version",
            name=op.f("uq_assistant_versions_organisation_id_assistant_version"),
        ),
    )
    op.create_index(
        "uq_assistant_versions_serving",
        "assistant_versions",
        ["organisation_id", "assistant"],
        unique=True,
        postgresql_where=sa.text("serving"),
    )
    op.create_table(
        "experiments",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("candidate", sa.Integer(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("goal", sa.String(16), nullable=False),
        sa.Column("window_hours", sa.Integer(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), server_default="running", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("started_at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        *(sa.CheckConstraint(check, name=op.f(f"ck_experiments_{name}")) for name, check in _CHECKS.items()),
        _owner("experiments"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiments")),
    )
    op.create_index(
        "uq_experiments_running",
        "experiments",
        ["organisation_id", "assistant"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(op.f("ix_experiments_organisation_id_id"), "experiments", ["organisation_id", "id"])
    for table in ("assistant_versions", "experiments"):
        _close(table)
    op.add_column("conversations", sa.Column("failed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("conversations", sa.Column("version", sa.Integer(), nullable=True))
    op.add_column("conversations", sa.Column("experiment_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_conversations_experiment",
        "conversations",
        ["organisation_id", "experiment_id", "user_id"],
        postgresql_where=sa.text("experiment_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_conversations_experiment", table_name="conversations")
    for column in ("experiment_id", "version", "failed"):
        op.drop_column("conversations", column)
    op.drop_table("experiments")
    op.drop_table("assistant_versions")
