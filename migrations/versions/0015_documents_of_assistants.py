"""A document belongs to all of an organisation's assistants, or to one."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
TABLES = ("knowledge_documents", "knowledge_chunks")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("assistant", sa.String(length=64), server_default="", nullable=False))
    _create_indexes("organisation_id", "assistant")
    _create_view("organisation_id, id, language, search, assistant")


def downgrade() -> None:
    # An earlier version shows every document to every assistant: those of one assistant go, to be sent again.
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM knowledge_documents WHERE assistant <> ''")
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _create_view("organisation_id, id, language, search")
    _create_indexes("organisation_id")
    for table in TABLES:
        op.drop_column(table, "assistant")


def _create_indexes(*owner: str) -> None:
    for name, column, origins in (
        ("uq_knowledge_documents_place", "source", "'folder', 'url'"),
        ("uq_knowledge_documents_content", "content_hash", "'upload', 'text'"),
    ):
        op.drop_index(name, table_name="knowledge_documents")
        op.create_index(
            name,
            "knowledge_documents",
            [*owner, column],
            unique=True,
            postgresql_where=sa.text(f"origin IN ({origins})"),
        )


def _create_view(columns: str) -> None:
    op.execute("DROP VIEW knowledge_passages")
    op.execute("GRANT CREATE ON SCHEMA public TO cci_system")
    op.execute(
        f"CREATE VIEW knowledge_passages AS SELECT {columns} FROM knowledge_chunks"
        f" WHERE organisation_id = {CURRENT_ORGANISATION}"
    )
    op.execute("ALTER VIEW knowledge_passages OWNER TO cci_system")
    op.execute("REVOKE CREATE ON SCHEMA public FROM cci_system")
    op.execute("GRANT SELECT ON knowledge_passages TO cci_app")
