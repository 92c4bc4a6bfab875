"""A row hangs on a row of its own organisation: foreign keys carry the organisation.

Row-level security hides the rows of others, and does not keep a statement from naming one of them.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

REFERENCES = (
    ("answers", "run_id", "conversation_runs"),
    ("delivery_events", "message_id", "outbound_messages"),
    ("knowledge_chunks", "document_id", "knowledge_documents"),
    ("knowledge_vectors", "chunk_id", "knowledge_chunks"),
    ("member_sessions", "member_id", "members"),
    ("member_links", "member_id", "members"),
    ("passkeys", "member_id", "members"),
)
PARENTS = tuple(sorted({parent for _, _, parent in REFERENCES}))


def upgrade() -> None:
    # Rows are written meanwhile: no index, and no look at every row, holds a lock that they would wait for.
    with op.get_context().autocommit_block():
        for parent in PARENTS:
            name = f"uq_{parent}_organisation_id_id"
            op.execute(f"ALTER TABLE {parent} DROP CONSTRAINT IF EXISTS {name} CASCADE")
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {parent} (organisation_id, id)")
            op.execute(f"ALTER TABLE {parent} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}")
        for table, column, parent in REFERENCES:
            _refer(table, f"organisation_id, {column}", parent, "organisation_id, id")
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS fk_{table}_{column}")
        # The index of the constraint serves the list as well.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_outbound_messages_listed")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_outbound_messages_listed")
        op.execute("CREATE INDEX CONCURRENTLY ix_outbound_messages_listed ON outbound_messages (organisation_id, id)")
        for table, column, parent in REFERENCES:
            _refer(table, column, parent, "id")
        for parent in PARENTS:
            op.execute(f"ALTER TABLE {parent} DROP CONSTRAINT IF EXISTS uq_{parent}_organisation_id_id CASCADE")


def _refer(table: str, columns: str, parent: str, named: str) -> None:
    name = f"fk_{table}_{columns.replace(', ', '_')}"
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) REFERENCES {parent} ({named})"
        " ON DELETE CASCADE NOT VALID"
    )
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
