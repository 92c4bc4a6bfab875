"""The handbook of an organisation, how far its work is checked, and where rules are broken."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
TABLES = ("handbook_editions", "handbook_checks", "rule_violations")


def _whose(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id"), ondelete="CASCADE"
    )


def _hangs_on(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{table}.organisation_id", f"{table}.id"],
        name=op.f(f"fk_rule_violations_organisation_id_{column}"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_unique_constraint(op.f("uq_task_comments_organisation_id_id"), "task_comments", ["organisation_id", "id"])
    op.create_table(
        "handbook_editions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=254), nullable=False),
        sa.Column(
            "written_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("active_from", sa.TIMESTAMP(timezone=True), nullable=True),
        _whose("handbook_editions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handbook_editions")),
    )
    op.create_index(op.f("ix_handbook_editions_organisation_id_id"), "handbook_editions", ["organisation_id", "id"])
    op.create_table(
        "handbook_checks",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("full_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("next_before", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("checked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        _whose("handbook_checks"),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_handbook_checks")),
    )
    op.create_table(
        "rule_violations",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=8), server_default="open", nullable=False),
        sa.Column("since", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("waived_by", sa.String(length=254), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'mended', 'waived')", name=op.f("ck_rule_violations_state")),
        sa.CheckConstraint(
            "state <> 'waived' OR (waived_by IS NOT NULL AND reason IS NOT NULL)",
            name=op.f("ck_rule_violations_waived"),
        ),
        _whose("rule_violations"),
        _hangs_on("project_tasks", "task_id"),
        _hangs_on("task_comments", "comment_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_violations")),
    )
    op.create_index(
        "uq_rule_violations_task",
        "rule_violations",
        ["organisation_id", "task_id", "rule"],
        unique=True,
        postgresql_where=sa.text("comment_id IS NULL"),
    )
    op.create_index(
        "uq_rule_violations_comment",
        "rule_violations",
        ["organisation_id", "comment_id", "rule"],
        unique=True,
        postgresql_where=sa.text("comment_id IS NOT NULL"),
    )
    op.create_index("ix_rule_violations_state", "rule_violations", ["organisation_id", "state", "id"])
    op.create_index(op.f("ix_rule_violations_task_id"), "rule_violations", ["task_id"])
    op.create_index(op.f("ix_rule_violations_comment_id"), "rule_violations", ["comment_id"])
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY organisation ON {table} TO cci_app USING ({own}) WITH CHECK ({own})")
        op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("rule_violations")
    op.drop_table("handbook_checks")
    op.drop_table("handbook_editions")
    op.drop_constraint(op.f("uq_task_comments_organisation_id_id"), "task_comments")
