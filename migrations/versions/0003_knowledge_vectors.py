"""Vectors of the passages, in an index for their nearest, and a text search that can use its index.

pgvector is an extension that only some roles may create; where this one may not, the migration says who has to.
"""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    _create_extension()
    _create_vectors()
    _create_text_search()


def downgrade() -> None:
    # The extension stays: other tables of the database may use it.
    op.execute("DROP VIEW knowledge_passages")
    op.drop_index("ix_knowledge_chunks_sample", table_name="knowledge_chunks")
    op.drop_table("knowledge_vectors")


def _create_extension() -> None:
    connection = op.get_bind()
    installed = connection.scalar(sa.text("SELECT extversion FROM pg_extension WHERE extname = 'vector'"))
    if installed is None:
        if connection.scalar(sa.text("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")) is None:
            raise RuntimeError("this PostgreSQL has no pgvector: install it there, or use a server that offers it")
        try:
            with connection.begin_nested():
                op.execute("CREATE EXTENSION vector")
        except sa.exc.ProgrammingError as error:
            raise RuntimeError(
                "this role may not create the extension pgvector: have an administrator of the database run"
                " CREATE EXTENSION vector; in it, then migrate again"
            ) from error
        installed = connection.scalar(sa.text("SELECT extversion FROM pg_extension WHERE extname = 'vector'"))
    # From 0.8 on the graph is searched further where a condition leaves too few.
    if tuple(map(int, str(installed).split(".")[:2])) < (0, 8):
        raise RuntimeError(
            f"pgvector {installed} is too old: have an administrator install 0.8 or newer and run"
            " ALTER EXTENSION vector UPDATE; then migrate again"
        )


def _create_vectors() -> None:
    op.create_table(
        "knowledge_vectors",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("chunk_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("model", sa.String(length=96), nullable=False),
        sa.Column("store", sa.String(length=16), nullable=False),
        sa.Column("in_graph", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("embedding", HALFVEC(1536), nullable=True),
        sa.ForeignKeyConstraint(
            ["chunk_id"], ["knowledge_chunks.id"], name=op.f("fk_knowledge_vectors_chunk_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_knowledge_vectors_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("chunk_id", name=op.f("pk_knowledge_vectors")),
    )
    # A vector is read whenever its row is: out of line it would cost a second look-up.
    op.execute("ALTER TABLE knowledge_vectors ALTER COLUMN embedding SET STORAGE PLAIN")
    op.create_index(
        op.f("ix_knowledge_vectors_organisation_id_in_graph_language_model"),
        "knowledge_vectors",
        ["organisation_id", "in_graph", "language", "model"],
        unique=False,
    )
    op.execute(
        "CREATE INDEX ix_knowledge_vectors_graph ON knowledge_vectors"
        " USING hnsw ((subvector(embedding, 1, 512)::halfvec(512)) halfvec_cosine_ops)"
        " WITH (m = 16, ef_construction = 64) WHERE in_graph"
    )
    op.execute("ALTER TABLE knowledge_vectors ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE knowledge_vectors FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY organisation ON knowledge_vectors TO cci_app"
        f" USING (organisation_id = {CURRENT_ORGANISATION}) WITH CHECK (organisation_id = {CURRENT_ORGANISATION})"
    )
    op.execute("CREATE POLICY system ON knowledge_vectors TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON knowledge_vectors TO cci_app, cci_system")


def _create_text_search() -> None:
    # One passage in 64: how often a word is in it tells how often it is in all, at a 64th of the price.
    op.create_index(
        "ix_knowledge_chunks_sample",
        "knowledge_chunks",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("id % 64 = 0"),
    )
    # Under row-level security PostgreSQL looks nothing up by an operator that is not marked as leak-proof, and that of
    # text search is not: every search would read every passage. A view reads with the rights of its owner, to whom the
    # policy shows all rows, and has the organisation's condition in itself; so the index serves.
    op.execute("GRANT CREATE ON SCHEMA public TO cci_system")
    op.execute(
        "CREATE VIEW knowledge_passages AS SELECT organisation_id, id, language, search FROM knowledge_chunks"
        f" WHERE organisation_id = {CURRENT_ORGANISATION}"
    )
    op.execute("ALTER VIEW knowledge_passages OWNER TO cci_system")
    op.execute("REVOKE CREATE ON SCHEMA public FROM cci_system")
    op.execute("GRANT SELECT ON knowledge_passages TO cci_app")
