"""What a model is asked about rules of the handbook, and what it said."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def _hangs_on(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{table}.organisation_id", f"{table}.id"],
        name=op.f(f"fk_rule_questions_organisation_id_{column}"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "rule_questions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("asked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("breaks", sa.Boolean(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_rule_questions_organisation_id"),
            ondelete="CASCADE",
        ),
        _hangs_on("project_tasks", "task_id"),
        _hangs_on("task_comments", "comment_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_questions")),
    )
    for column, names in (("task", "comment_id IS NULL"), ("comment", "comment_id IS NOT NULL")):
        op.create_index(
            f"uq_rule_questions_{column}",
            "rule_questions",
            ["organisation_id", f"{column}_id", "rule"],
            unique=True,
            postgresql_where=sa.text(names),
        )
    op.create_index(
        "ix_rule_questions_open",
        "rule_questions",
        ["organisation_id", "attempts", "id"],
        postgresql_where=sa.text("breaks IS NULL"),
    )
    op.create_index(op.f("ix_rule_questions_task_id"), "rule_questions", ["task_id"])
    op.create_index(op.f("ix_rule_questions_comment_id"), "rule_questions", ["comment_id"])
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute("ALTER TABLE rule_questions ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE rule_questions FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY organisation ON rule_questions TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute("CREATE POLICY system ON rule_questions TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON rule_questions TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("rule_questions")
