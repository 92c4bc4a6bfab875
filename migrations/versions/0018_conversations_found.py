"""Conversations are found: by the words in their messages, by whom they are with, the last that moved first.

As with the documents' passages, a view reads with the rights of its owner: under row-level security PostgreSQL looks
nothing up by the operator of text search, and would read every message of the organisation.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
# What people leave out when they search: accents and case. What joins words parts them here: an address, a code.
_ACCENTED = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿ’@._-/+"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuyy       "
_BOTH = "COALESCE(left(one, 100000), '') || ' ' || COALESCE(left(other, 100000), '')"
INDEXES = (
    ("ix_conversations_words", "conversations USING gin (searched_words(user_message, agent_response))"),
    ("ix_conversation_runs_words", "conversation_runs USING gin (searched_words(client_company, contact_name))"),
    ("ix_conversation_runs_moved", "conversation_runs (organisation_id, last_message_at, id)"),
    ("ix_conversations_late", "conversations (organisation_id, run_id) WHERE late"),
    ("ix_conversations_withheld", "conversations (organisation_id, run_id) WHERE withheld"),
    (
        "ix_webhook_events_unanswered",
        "webhook_events (organisation_id, assistant, user_id) WHERE status <> 'completed'",
    ),
    (
        "ix_outbound_messages_troubled",
        "outbound_messages (organisation_id, state, id) WHERE state IN ('failed', 'uncertain')",
    ),
)


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION searched_words(one text, other text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE"
        f" RETURN to_tsvector('simple'::regconfig, translate(lower({_BOTH}), '{_ACCENTED}', '{_PLAIN}'))"
    )
    # Messages are written meanwhile. What an attempt before this one left unfinished is no use.
    with op.get_context().autocommit_block():
        for name, what in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {what}")
    op.execute("GRANT CREATE ON SCHEMA public TO cci_system")
    _view("conversation_texts", "conversations", "run_id, searched_words(user_message, agent_response)")
    _view("conversation_names", "conversation_runs", "id, searched_words(client_company, contact_name)")
    op.execute("REVOKE CREATE ON SCHEMA public FROM cci_system")


def downgrade() -> None:
    op.execute("DROP VIEW conversation_names")
    op.execute("DROP VIEW conversation_texts")
    with op.get_context().autocommit_block():
        for name, _ in reversed(INDEXES):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    op.execute("DROP FUNCTION searched_words(text, text)")


def _view(name: str, table: str, columns: str) -> None:
    op.execute(
        f"CREATE VIEW {name} AS SELECT organisation_id, {columns} AS words FROM {table}"
        f" WHERE organisation_id = {CURRENT_ORGANISATION}"
    )
    op.execute(f"ALTER VIEW {name} OWNER TO cci_system")
    op.execute(f"GRANT SELECT ON {name} TO cci_app")
