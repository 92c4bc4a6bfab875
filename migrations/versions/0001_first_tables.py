"""The first tables: organisations and keys, receipts and turns, the log, contacts, jobs, documents.

Every table that belongs to an organisation has row-level security, forced, with two policies: `cci_app` sees the rows
of the organisation that its transaction names, `cci_system` (background work, the command line) sees all. Both are
roles without login, which the login roles of a deployment are members of.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "organisations",
    "api_keys",
    "api_metrics",
    "contacts",
    "jobs",
    "knowledge_documents",
    "knowledge_chunks",
    "webhook_events",
    "turn_state",
    "conversation_runs",
    "answers",
    "conversations",
    "user_sessions",
    "handoff_requests",
)

# An unset or empty setting is NULL, which equals nothing: no rows.
CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    _create_roles()
    _create_accounts()
    _create_contacts_and_jobs()
    _create_knowledge()
    _create_receipts()
    _create_log()
    for table in TABLES:
        _secure(table)
    _secure_exceptions()


def downgrade() -> None:
    # The roles stay: they belong to the whole server, where another database may use them.
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("REVOKE USAGE ON SCHEMA public FROM cci_app, cci_system")


def _create_roles() -> None:
    for role in ("cci_app", "cci_system"):
        op.execute(
            f"""
            DO $$ DECLARE
                -- Who makes a role is a member of it since PostgreSQL 16, but one that may not become it.
                right_to_become text := CASE
                    WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
            BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} NOLOGIN;
                END IF;
                IF NOT pg_has_role(current_user, '{role}', right_to_become) THEN
                    GRANT {role} TO CURRENT_USER;
                END IF;
            END $$
            """
        )
    op.execute("GRANT USAGE ON SCHEMA public TO cci_app, cci_system")


def _secure(table: str) -> None:
    column = "id" if table == "organisations" else "organisation_id"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY organisation ON {table} TO cci_app"
        f" USING ({column} = {CURRENT_ORGANISATION}) WITH CHECK ({column} = {CURRENT_ORGANISATION})"
    )
    op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO cci_system")
    rights = "SELECT" if table in {"organisations", "api_keys"} else "SELECT, INSERT, UPDATE, DELETE"
    op.execute(f"GRANT {rights} ON {table} TO cci_app")


def _secure_exceptions() -> None:
    # Who presents a key knows its hash, and may read that one row to learn the organisation.
    op.execute(
        "CREATE POLICY bearer ON api_keys FOR SELECT TO cci_app"
        " USING (key_hash = NULLIF(current_setting('app.api_key_hash', true), ''))"
    )
    # The same for who knows an organisation's short name: the command line, callers outside.
    op.execute(
        "CREATE POLICY named ON organisations FOR SELECT TO cci_app"
        " USING (slug = NULLIF(current_setting('app.organisation_slug', true), ''))"
    )
    # A request that proved no identity is counted, by nobody's name, and read by `cci_system` only.
    op.execute("CREATE POLICY unidentified ON api_metrics FOR INSERT TO cci_app WITH CHECK (organisation_id IS NULL)")


def _create_accounts() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), server_default="es", nullable=False),
        sa.Column("timezone", sa.String(length=64), server_default="America/Bogota", nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisations_slug")),
    )
    op.create_table(
        "api_keys",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.String(length=32)), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_api_keys_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_index(op.f("ix_api_keys_organisation_id_name"), "api_keys", ["organisation_id", "name"], unique=False)
    op.create_table(
        "api_metrics",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("endpoint", sa.String(length=100), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("response_time_ms", sa.Integer(), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=False),
        sa.Column("timestamp", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_api_metrics_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_metrics")),
    )
    op.create_index(
        op.f("ix_api_metrics_organisation_id_timestamp"), "api_metrics", ["organisation_id", "timestamp"], unique=False
    )


def _create_contacts_and_jobs() -> None:
    op.create_table(
        "contacts",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("national_number", sa.String(length=20), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("membership", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("extra", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_contacts_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("organisation_id", "phone", name=op.f("uq_contacts_organisation_id_phone")),
    )
    op.create_index(
        op.f("ix_contacts_organisation_id_national_number"),
        "contacts",
        ["organisation_id", "national_number"],
        unique=False,
    )
    op.create_table(
        "jobs",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="queued", nullable=False),
        sa.Column("payload", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("rows_done", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("not_before", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_jobs_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_jobs_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(
        "ix_jobs_open", "jobs", ["created_at"], unique=False, postgresql_where=sa.text("state IN ('queued', 'running')")
    )
    op.create_index(
        op.f("ix_jobs_organisation_id_kind_created_at"), "jobs", ["organisation_id", "kind", "created_at"], unique=False
    )


def _create_knowledge() -> None:
    op.create_table(
        "knowledge_documents",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_knowledge_documents_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_documents")),
        sa.UniqueConstraint("organisation_id", "source", name=op.f("uq_knowledge_documents_organisation_id_source")),
    )
    op.create_table(
        "knowledge_chunks",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("heading", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["knowledge_documents.id"],
            name=op.f("fk_knowledge_chunks_document_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_knowledge_chunks_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_chunks")),
    )
    op.create_index(
        op.f("ix_knowledge_chunks_organisation_id_document_id"),
        "knowledge_chunks",
        ["organisation_id", "document_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_knowledge_chunks_search"), "knowledge_chunks", ["search"], unique=False, postgresql_using="gin"
    )


def _create_receipts() -> None:
    op.create_table(
        "turn_state",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=160), nullable=False),
        sa.Column("state", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("sequence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("pending", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("has_late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_turn_state_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("organisation_id", "assistant", "user_id", name=op.f("pk_turn_state")),
    )
    op.create_table(
        "webhook_events",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=160), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel_account", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=512), nullable=False),
        sa.Column("keyless", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("media", postgresql.JSONB(), nullable=True),
        sa.Column("delivery", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("reply_format", sa.String(length=16), nullable=False),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("status", sa.String(length=16), server_default="received", nullable=False),
        sa.Column("held", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("late", sa.String(length=16), nullable=True),
        sa.Column("late_reason", sa.Text(), nullable=True),
        sa.Column("push_attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("push_after", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", postgresql.JSONB(), nullable=True),
        sa.Column("rendered", sa.Text(), nullable=True),
        sa.Column("completed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("logged_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("log_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "late IN ('waiting', 'opening', 'opened', 'pushing', 'pushed', 'refused', 'uncertain')",
            name=op.f("ck_webhook_events_late"),
        ),
        sa.CheckConstraint("status IN ('received', 'completed', 'failed')", name=op.f("ck_webhook_events_status")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_webhook_events_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
        sa.UniqueConstraint("organisation_id", "channel_account", "event_id", name="uq_webhook_events_event"),
    )
    op.create_index(
        "ix_webhook_events_person", "webhook_events", ["organisation_id", "assistant", "user_id", "id"], unique=False
    )
    op.create_index(
        "ix_webhook_events_late",
        "webhook_events",
        ["organisation_id", "assistant", "user_id"],
        unique=False,
        postgresql_where=sa.text("late IN ('waiting', 'opening', 'refused')"),
    )
    op.create_index(
        "ix_webhook_events_push",
        "webhook_events",
        ["push_after"],
        unique=False,
        postgresql_where=sa.text("push_after IS NOT NULL"),
    )
    op.create_index(
        "ix_webhook_events_unfinished",
        "webhook_events",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status = 'received'"),
    )
    op.create_index(
        "ix_webhook_events_unlogged",
        "webhook_events",
        ["id"],
        unique=False,
        postgresql_where=sa.text("logged_at IS NULL AND log_error IS NULL AND status <> 'received'"),
    )


def _create_log() -> None:
    op.create_table(
        "conversation_runs",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=160), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_message_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("completed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(length=16), nullable=True),
        sa.Column("detected_language", sa.String(length=2), nullable=True),
        sa.Column("client_company", sa.String(length=255), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("current_question", sa.Integer(), nullable=True),
        sa.Column("questions_answered", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("messages", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_conversation_runs_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_runs")),
    )
    op.create_index(
        op.f("ix_conversation_runs_organisation_id_assistant_user_id_started_at"),
        "conversation_runs",
        ["organisation_id", "assistant", "user_id", "started_at"],
        unique=False,
    )
    op.create_index(
        "ix_conversation_runs_started", "conversation_runs", ["organisation_id", "started_at"], unique=False
    )
    op.create_table(
        "conversations",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=160), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), server_default="message", nullable=False),
        sa.Column("user_message", sa.Text(), nullable=False),
        sa.Column("agent_response", sa.Text(), nullable=False),
        sa.Column("current_question", sa.Integer(), nullable=True),
        sa.Column("detected_language", sa.String(length=2), nullable=True),
        sa.Column("has_client_context", sa.Boolean(), nullable=False),
        sa.Column("client_company", sa.String(length=255), nullable=True),
        sa.Column("agent", sa.String(length=64), nullable=True),
        sa.Column("sources", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("timestamp", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("response_time_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_conversations_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("event_id", name=op.f("uq_conversations_event_id")),
    )
    op.create_index(
        op.f("ix_conversations_organisation_id_assistant_user_id_timestamp"),
        "conversations",
        ["organisation_id", "assistant", "user_id", "timestamp"],
        unique=False,
    )
    op.create_index(op.f("ix_conversations_run_id"), "conversations", ["run_id"], unique=False)
    op.create_index("ix_conversations_timestamp", "conversations", ["organisation_id", "timestamp"], unique=False)
    op.create_table(
        "handoff_requests",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=160), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolved_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'assigned', 'resolved')", name=op.f("ck_handoff_requests_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_handoff_requests_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_requests")),
        sa.UniqueConstraint("event_id", name=op.f("uq_handoff_requests_event_id")),
    )
    op.create_index(
        op.f("ix_handoff_requests_organisation_id_state_created_at"),
        "handoff_requests",
        ["organisation_id", "state", "created_at"],
        unique=False,
    )
    op.create_table(
        "user_sessions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=160), nullable=False),
        sa.Column("first_interaction", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_interaction", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("total_questions_answered", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("session_completed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("detected_language", sa.String(length=2), nullable=True),
        sa.Column("client_context", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_user_sessions_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("organisation_id", "assistant", "user_id", name=op.f("pk_user_sessions")),
    )
    op.create_table(
        "answers",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('answered', 'vague', 'skipped', 'corrected')", name=op.f("ck_answers_status")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_answers_organisation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["conversation_runs.id"], name=op.f("fk_answers_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("run_id", "question", name=op.f("uq_answers_run_id_question")),
    )
