"""Questions that nothing answered, and the answers that an organisation writes itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def _owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "unanswered_questions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(160), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("language", sa.String(2), nullable=True),
        sa.Column("asked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("settled_as", sa.String(16), nullable=True),
        sa.Column("settled_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "settled_as IN ('answer', 'document', 'dismissed')", name=op.f("ck_unanswered_questions_settled_as")
        ),
        _owner("unanswered_questions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered_questions")),
        sa.UniqueConstraint("event_id", name=op.f("uq_unanswered_questions_event_id")),
    )
    op.create_index(
        "ix_unanswered_questions_open",
        "unanswered_questions",
        ["organisation_id", "asked_at"],
        postgresql_where=sa.text("settled_as IS NULL"),
    )
    now = sa.text("clock_timestamp()")
    op.create_table(
        "corrected_answers",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assistant", sa.String(64), server_default="", nullable=False),
        sa.Column("examples", postgresql.JSONB(), nullable=False),
        sa.Column("answer", postgresql.JSONB(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), server_default=now, nullable=False),
        _owner("corrected_answers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrected_answers")),
    )
    op.create_index(
        op.f("ix_corrected_answers_organisation_id_updated_at"), "corrected_answers", ["organisation_id", "updated_at"]
    )
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    for table in ("unanswered_questions", "corrected_answers"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY organisation ON {table} TO cci_app USING ({own}) WITH CHECK ({own})")
        op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("corrected_answers")
    op.drop_table("unanswered_questions")
