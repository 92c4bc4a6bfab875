"""Alerts of the monitor, reminders, the messages that carry them, and rules."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
TABLES = ("monitor_rule_sets", "monitor_states", "reminder_messages", "task_alerts", "task_reminders")


def upgrade() -> None:
    op.create_table(
        "monitor_rule_sets",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=254), nullable=False),
        sa.Column(
            "written_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("active_from", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_monitor_rule_sets_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitor_rule_sets")),
    )
    op.create_index(
        op.f("ix_monitor_rule_sets_organisation_id_id"), "monitor_rule_sets", ["organisation_id", "id"], unique=False
    )
    op.create_table(
        "monitor_states",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("checked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("tasks", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("found", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("duration_ms", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_monitor_states_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_monitor_states")),
    )
    op.create_table(
        "reminder_messages",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("collaborator_id", sa.BigInteger(), nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=254), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="queued", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'failed', 'cancelled')", name=op.f("ck_reminder_messages_state")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "collaborator_id"],
            ["collaborators.organisation_id", "collaborators.id"],
            name=op.f("fk_reminder_messages_organisation_id_collaborator_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_reminder_messages_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_messages")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_reminder_messages_organisation_id_id")),
    )
    op.create_index(
        "ix_reminder_messages_due",
        "reminder_messages",
        ["not_before", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_reminder_messages_person",
        "reminder_messages",
        ["organisation_id", "collaborator_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "task_alerts",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("anchor", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("step", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=254), nullable=True),
        sa.Column("acknowledged_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "cause IN ('late', 'due_soon', 'stuck', 'unassigned', 'over_estimate', 'silent', 'asked')",
            name=op.f("ck_task_alerts_cause"),
        ),
        sa.CheckConstraint("level IN ('critical', 'high', 'normal', 'low')", name=op.f("ck_task_alerts_level")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "task_id"],
            ["project_tasks.organisation_id", "project_tasks.id"],
            name=op.f("fk_task_alerts_organisation_id_task_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_task_alerts_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_alerts")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_task_alerts_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "task_id",
            "cause",
            "anchor",
            name=op.f("uq_task_alerts_organisation_id_task_id_cause_anchor"),
        ),
    )
    op.create_index(
        "ix_task_alerts_open",
        "task_alerts",
        ["organisation_id", "next_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "task_reminders",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("collaborator_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="waiting", nullable=False),
        sa.Column("not_before", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'carried', 'cancelled')", name=op.f("ck_task_reminders_state")),
        sa.CheckConstraint("step IN ('assignee', 'manager', 'owner')", name=op.f("ck_task_reminders_step")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "alert_id"],
            ["task_alerts.organisation_id", "task_alerts.id"],
            name=op.f("fk_task_reminders_organisation_id_alert_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "collaborator_id"],
            ["collaborators.organisation_id", "collaborators.id"],
            name=op.f("fk_task_reminders_organisation_id_collaborator_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["reminder_messages.organisation_id", "reminder_messages.id"],
            name=op.f("fk_task_reminders_organisation_id_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_task_reminders_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_reminders")),
        sa.UniqueConstraint(
            "organisation_id",
            "alert_id",
            "round",
            "step",
            name=op.f("uq_task_reminders_organisation_id_alert_id_round_step"),
        ),
    )
    op.create_index(op.f("ix_task_reminders_message_id"), "task_reminders", ["message_id"], unique=False)
    op.create_index(
        "ix_task_reminders_waiting",
        "task_reminders",
        ["organisation_id", "collaborator_id", "not_before"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY organisation ON {table} TO cci_app USING ({own}) WITH CHECK ({own})")
        op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("task_reminders")
    op.drop_table("task_alerts")
    op.drop_table("reminder_messages")
    op.drop_table("monitor_states")
    op.drop_table("monitor_rule_sets")
