"""Projects, tasks, the people who work on them, and what assistants propose."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
TABLES = (
    "labels",
    "collaborators",
    "projects",
    "project_events",
    "project_tasks",
    "ai_actions",
    "task_comments",
    "task_labels",
    "task_links",
    "time_entries",
)

# What was done is only ever added to.
_ONLY_ADDED = ("project_events",)


def upgrade() -> None:
    op.create_table(
        "labels",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("color", sa.String(length=7), server_default="#007bff", nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "updated_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("color ~ '^#[0-9a-f]{6}$'", name=op.f("ck_labels_color")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_labels_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_labels_organisation_id_id")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_labels_organisation_id_name")),
    )
    op.create_table(
        "collaborators",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("handle", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=80), server_default="", nullable=False),
        sa.Column("skills", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("reach", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("manager_id", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("hours_per_week", sa.Numeric(precision=8, scale=2), server_default=sa.text("40"), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "updated_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "timezone IS NULL OR timezone(timezone, TIMESTAMP '2000-01-01') IS NOT NULL",
            name=op.f("ck_collaborators_zone"),
        ),
        sa.CheckConstraint("manager_id <> id", name=op.f("ck_collaborators_manager")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "manager_id"],
            ["collaborators.organisation_id", "collaborators.id"],
            name=op.f("fk_collaborators_organisation_id_manager_id"),
            ondelete="SET NULL (manager_id)",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_collaborators_organisation_id_member_id"),
            ondelete="SET NULL (member_id)",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_collaborators_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collaborators")),
        sa.UniqueConstraint("organisation_id", "handle", name=op.f("uq_collaborators_organisation_id_handle")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_collaborators_organisation_id_id")),
        sa.UniqueConstraint("organisation_id", "member_id", name=op.f("uq_collaborators_organisation_id_member_id")),
    )
    op.create_index(op.f("ix_collaborators_manager_id"), "collaborators", ["manager_id"], unique=False)
    op.create_table(
        "projects",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.String(length=16), server_default="active", nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("manager_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "updated_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("status IN ('active', 'completed', 'on_hold')", name=op.f("ck_projects_status")),
        sa.CheckConstraint("start_date <= deadline", name=op.f("ck_projects_dates")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "manager_id"],
            ["collaborators.organisation_id", "collaborators.id"],
            name=op.f("fk_projects_organisation_id_manager_id"),
            ondelete="SET NULL (manager_id)",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "owner_id"],
            ["collaborators.organisation_id", "collaborators.id"],
            name=op.f("fk_projects_organisation_id_owner_id"),
            ondelete="SET NULL (owner_id)",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_projects_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_projects_organisation_id_id")),
    )
    op.create_index(op.f("ix_projects_manager_id"), "projects", ["manager_id"], unique=False)
    op.create_index(op.f("ix_projects_owner_id"), "projects", ["owner_id"], unique=False)
    op.create_table(
        "project_events",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=254), nullable=False),
        sa.Column("changes", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "project_id"],
            ["projects.organisation_id", "projects.id"],
            name=op.f("fk_project_events_organisation_id_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_project_events_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_events")),
    )
    op.create_index(
        op.f("ix_project_events_organisation_id_project_id_id"),
        "project_events",
        ["organisation_id", "project_id", "id"],
        unique=False,
    )
    op.create_index("ix_project_events_task", "project_events", ["organisation_id", "task_id", "id"], unique=False)
    op.create_table(
        "project_tasks",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.String(length=16), server_default="todo", nullable=False),
        sa.Column("priority", sa.String(length=8), server_default="medium", nullable=False),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("estimate_hours", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("spent_hours", sa.Numeric(precision=8, scale=2), server_default=sa.text("0"), nullable=False),
        sa.Column("recurrence", sa.String(length=300), nullable=True),
        sa.Column("recurrence_from", sa.Date(), nullable=True),
        sa.Column("series_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column(
            "status_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "touched_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("completed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "updated_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(status = 'done') = (completed_at IS NOT NULL)", name=op.f("ck_project_tasks_completed")),
        sa.CheckConstraint("priority IN ('low', 'medium', 'high')", name=op.f("ck_project_tasks_priority")),
        sa.CheckConstraint("status IN ('todo', 'in_progress', 'done')", name=op.f("ck_project_tasks_status")),
        sa.CheckConstraint("estimate_hours >= 0 AND spent_hours >= 0", name=op.f("ck_project_tasks_hours")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_project_tasks_parent")),
        sa.CheckConstraint("start_date <= due_date", name=op.f("ck_project_tasks_dates")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "assignee_id"],
            ["collaborators.organisation_id", "collaborators.id"],
            name=op.f("fk_project_tasks_organisation_id_assignee_id"),
            ondelete="SET NULL (assignee_id)",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "parent_id"],
            ["project_tasks.organisation_id", "project_tasks.id"],
            name=op.f("fk_project_tasks_organisation_id_parent_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "project_id"],
            ["projects.organisation_id", "projects.id"],
            name=op.f("fk_project_tasks_organisation_id_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_project_tasks_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_tasks")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_project_tasks_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id", "series_id", "due_date", name=op.f("uq_project_tasks_organisation_id_series_id_due_date")
        ),
    )
    op.create_index(
        "ix_project_tasks_assignee", "project_tasks", ["organisation_id", "assignee_id", "status"], unique=False
    )
    op.create_index("ix_project_tasks_board", "project_tasks", ["organisation_id", "status", "id"], unique=False)
    op.create_index(
        "ix_project_tasks_open",
        "project_tasks",
        ["organisation_id", "due_date", "id"],
        unique=False,
        postgresql_where=sa.text("status <> 'done'"),
    )
    op.create_index(
        "ix_project_tasks_order", "project_tasks", ["organisation_id", "project_id", "position", "id"], unique=False
    )
    op.create_index(op.f("ix_project_tasks_parent_id"), "project_tasks", ["parent_id"], unique=False)
    op.create_index(
        "ix_project_tasks_words",
        "project_tasks",
        [sa.literal_column("searched_words(title::text, description)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "ai_actions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.String(length=16), server_default="proposed", nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("result", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("decided_by", sa.String(length=254), nullable=True),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "updated_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "kind IN ('comment', 'assign', 'update_status', 'create_task', 'update_task', 'log_time', 'notify')",
            name=op.f("ck_ai_actions_kind"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'executed', 'rejected', 'failed', 'expired')", name=op.f("ck_ai_actions_status")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "asked_by"],
            ["collaborators.organisation_id", "collaborators.id"],
            name=op.f("fk_ai_actions_organisation_id_asked_by"),
            ondelete="SET NULL (asked_by)",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "task_id"],
            ["project_tasks.organisation_id", "project_tasks.id"],
            name=op.f("fk_ai_actions_organisation_id_task_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_ai_actions_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_actions")),
        sa.UniqueConstraint("organisation_id", "key", name=op.f("uq_ai_actions_organisation_id_key")),
    )
    op.create_index(op.f("ix_ai_actions_asked_by"), "ai_actions", ["asked_by"], unique=False)
    op.create_index(
        op.f("ix_ai_actions_organisation_id_status_id"), "ai_actions", ["organisation_id", "status", "id"], unique=False
    )
    op.create_index(op.f("ix_ai_actions_task_id"), "ai_actions", ["task_id"], unique=False)
    op.create_table(
        "task_comments",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("mentions", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("via", sa.String(length=16), server_default="api", nullable=False),
        sa.Column("outside_key", sa.String(length=255), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "updated_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "author_id"],
            ["collaborators.organisation_id", "collaborators.id"],
            name=op.f("fk_task_comments_organisation_id_author_id"),
            ondelete="SET NULL (author_id)",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "task_id"],
            ["project_tasks.organisation_id", "project_tasks.id"],
            name=op.f("fk_task_comments_organisation_id_task_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_task_comments_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_comments")),
        sa.UniqueConstraint(
            "organisation_id", "outside_key", name=op.f("uq_task_comments_organisation_id_outside_key")
        ),
    )
    op.create_index(op.f("ix_task_comments_author_id"), "task_comments", ["author_id"], unique=False)
    op.create_index(
        op.f("ix_task_comments_organisation_id_task_id_id"),
        "task_comments",
        ["organisation_id", "task_id", "id"],
        unique=False,
    )
    op.create_table(
        "task_labels",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("label_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "label_id"],
            ["labels.organisation_id", "labels.id"],
            name=op.f("fk_task_labels_organisation_id_label_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "task_id"],
            ["project_tasks.organisation_id", "project_tasks.id"],
            name=op.f("fk_task_labels_organisation_id_task_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_task_labels_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", "label_id", name=op.f("pk_task_labels")),
    )
    op.create_index(op.f("ix_task_labels_label_id"), "task_labels", ["label_id"], unique=False)
    op.create_table(
        "task_links",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("direction", sa.String(length=4), server_default="both", nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("project_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("state", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "updated_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("direction IN ('in', 'out', 'both')", name=op.f("ck_task_links_direction")),
        sa.CheckConstraint(
            "kind IN ('whatsapp', 'telegram', 'email', 'voice', 'zendesk', 'crm')", name=op.f("ck_task_links_kind")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "project_id"],
            ["projects.organisation_id", "projects.id"],
            name=op.f("fk_task_links_organisation_id_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "task_id"],
            ["project_tasks.organisation_id", "project_tasks.id"],
            name=op.f("fk_task_links_organisation_id_task_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_task_links_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_links")),
        sa.UniqueConstraint(
            "organisation_id", "kind", "external_id", name=op.f("uq_task_links_organisation_id_kind_external_id")
        ),
    )
    op.create_index(
        op.f("ix_task_links_organisation_id_project_id"), "task_links", ["organisation_id", "project_id"], unique=False
    )
    op.create_index(
        op.f("ix_task_links_organisation_id_task_id"), "task_links", ["organisation_id", "task_id"], unique=False
    )
    op.create_table(
        "time_entries",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("collaborator_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.Column(
            "created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "collaborator_id"],
            ["collaborators.organisation_id", "collaborators.id"],
            name=op.f("fk_time_entries_organisation_id_collaborator_id"),
            ondelete="SET NULL (collaborator_id)",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "task_id"],
            ["project_tasks.organisation_id", "project_tasks.id"],
            name=op.f("fk_time_entries_organisation_id_task_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_time_entries_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_entries")),
    )
    op.create_index("ix_time_entries_day", "time_entries", ["organisation_id", "collaborator_id", "day"], unique=False)
    op.create_index(
        op.f("ix_time_entries_organisation_id_task_id"), "time_entries", ["organisation_id", "task_id"], unique=False
    )
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    for table in TABLES:
        rights = "SELECT, INSERT" if table in _ONLY_ADDED else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY organisation ON {table} TO cci_app USING ({own}) WITH CHECK ({own})")
        op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
        op.execute(f"GRANT {rights} ON {table} TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("time_entries")
    op.drop_table("task_links")
    op.drop_table("task_labels")
    op.drop_table("task_comments")
    op.drop_table("ai_actions")
    op.drop_table("project_tasks")
    op.drop_table("project_events")
    op.drop_table("projects")
    op.drop_table("collaborators")
    op.drop_table("labels")
