"""Conversations that humans judge: what was drawn, and what each of them says."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def _owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    moment = sa.TIMESTAMP(timezone=True)
    op.create_table(
        "review_samples",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(160), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("drawn_at", moment, server_default=sa.func.now(), nullable=False),
        _owner("review_samples"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_samples")),
        sa.UniqueConstraint("organisation_id", "run_id", name="uq_review_samples_run"),
        sa.UniqueConstraint("organisation_id", "id", name="uq_review_samples_id"),
    )
    op.create_table(
        "review_marks",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("served", sa.Boolean(), nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("created_at", moment, server_default=sa.func.now(), nullable=False),
        _owner("review_marks"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "sample_id"],
            ["review_samples.organisation_id", "review_samples.id"],
            name=op.f("fk_review_marks_organisation_id_sample_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_marks")),
        sa.UniqueConstraint("organisation_id", "sample_id", "reviewer", name="uq_review_marks_reviewer"),
    )
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    for table in ("review_samples", "review_marks"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY organisation ON {table} TO cci_app USING ({own}) WITH CHECK ({own})")
        op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("review_marks")
    op.drop_table("review_samples")
