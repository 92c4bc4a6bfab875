"""Documents that are uploaded or fetched: how they came, their state, and the job that works on them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLE = "knowledge_documents"
PLACE = "uq_knowledge_documents_organisation_id_source"
ADDED: tuple[sa.Column[Any], ...] = (
    sa.Column("origin", sa.String(length=16), server_default="folder", nullable=False),
    sa.Column("kind", sa.String(length=16), nullable=True),
    sa.Column("title_given", sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column("language_given", sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column("verdict", sa.String(length=16), server_default="ready", nullable=False),
    sa.Column("reason", sa.String(length=32), nullable=True),
    sa.Column("pages", sa.Integer(), nullable=True),
    sa.Column("passages", sa.Integer(), server_default=sa.text("0"), nullable=False),
    sa.Column("size_bytes", sa.Integer(), nullable=True),
    sa.Column("file_key", sa.Text(), nullable=True),
    sa.Column("job_id", sa.Uuid(), nullable=True),
    sa.Column("indexed_at", sa.TIMESTAMP(timezone=True), nullable=True),
)


def upgrade() -> None:
    for column in ADDED:
        op.add_column(TABLE, column)
    op.alter_column(TABLE, "language", nullable=True)
    op.alter_column(TABLE, "content_hash", nullable=True)
    op.create_check_constraint(op.f("ck_knowledge_documents_origin"), TABLE, _one_of("origin", _ORIGINS))
    op.create_check_constraint(op.f("ck_knowledge_documents_verdict"), TABLE, _one_of("verdict", _VERDICTS))
    op.drop_constraint(PLACE, TABLE)
    op.create_index(
        "uq_knowledge_documents_place",
        TABLE,
        ["organisation_id", "source"],
        unique=True,
        postgresql_where=sa.text("origin IN ('folder', 'url')"),
    )
    op.create_index(
        "uq_knowledge_documents_content",
        TABLE,
        ["organisation_id", "content_hash"],
        unique=True,
        postgresql_where=sa.text("origin IN ('upload', 'text')"),
    )


def downgrade() -> None:
    # The older product knows documents of a folder only, and takes every row for one that can be quoted.
    op.execute(f"DELETE FROM {TABLE} WHERE origin <> 'folder' OR language IS NULL OR content_hash IS NULL")
    op.drop_index("uq_knowledge_documents_content", TABLE)
    op.drop_index("uq_knowledge_documents_place", TABLE)
    op.create_unique_constraint(PLACE, TABLE, ["organisation_id", "source"])
    op.drop_constraint(op.f("ck_knowledge_documents_verdict"), TABLE)
    op.drop_constraint(op.f("ck_knowledge_documents_origin"), TABLE)
    op.alter_column(TABLE, "content_hash", nullable=False)
    op.alter_column(TABLE, "language", nullable=False)
    for column in reversed(ADDED):
        op.drop_column(TABLE, column.name)


_ORIGINS = ("folder", "upload", "text", "url")
_VERDICTS = ("pending", "ready", "failed")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"
