"""What two sides of a synchronisation did not agree on, and tasks that are known at HubSpot."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
_KINDS = "'whatsapp', 'telegram', 'email', 'voice', 'zendesk', 'crm'"


def _let_links_be(kinds: str) -> None:
    op.drop_constraint(op.f("ck_task_links_kind"), "task_links")
    op.create_check_constraint(op.f("ck_task_links_kind"), "task_links", f"kind IN ({kinds})")


def upgrade() -> None:
    _let_links_be(f"{_KINDS}, 'hubspot'")
    op.create_table(
        "sync_conflicts",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("record", sa.String(length=255), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=64), server_default="", nullable=False),
        sa.Column("ours", sa.Text(), nullable=True),
        sa.Column("theirs", sa.Text(), nullable=True),
        sa.Column("winner", sa.String(length=8), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ours_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("theirs_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=254), nullable=True),
        sa.Column("kept", sa.String(length=8), nullable=True),
        sa.CheckConstraint(
            "cause IN ('both_changed', 'refused', 'not_taken', 'uncertain')", name=op.f("ck_sync_conflicts_cause")
        ),
        sa.CheckConstraint("winner IN ('ours', 'theirs')", name=op.f("ck_sync_conflicts_winner")),
        sa.CheckConstraint("kept IN ('ours', 'theirs')", name=op.f("ck_sync_conflicts_kept")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "task_id"],
            ["project_tasks.organisation_id", "project_tasks.id"],
            name=op.f("fk_sync_conflicts_organisation_id_task_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_sync_conflicts_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_conflicts")),
    )
    op.create_index(
        "ix_sync_conflicts_open",
        "sync_conflicts",
        ["organisation_id", "kind", "record", "cause", "field"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_index(op.f("ix_sync_conflicts_organisation_id_id"), "sync_conflicts", ["organisation_id", "id"])
    op.create_index(op.f("ix_sync_conflicts_task_id"), "sync_conflicts", ["task_id"])
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute("ALTER TABLE sync_conflicts ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE sync_conflicts FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY organisation ON sync_conflicts TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute("CREATE POLICY system ON sync_conflicts TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON sync_conflicts TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("sync_conflicts")
    op.execute("DELETE FROM task_links WHERE kind = 'hubspot'")
    _let_links_be(_KINDS)
