"""Documents that come from a folder at Google Drive, and what the place of a document calls its content."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

TABLE = "knowledge_documents"
ORIGIN = "ck_knowledge_documents_origin"
INDEX = "uq_knowledge_documents_drive"
BEFORE = "origin IN ('folder', 'upload', 'text', 'url')"
NOW = "origin IN ('folder', 'upload', 'text', 'url', 'drive')"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("version", sa.Text(), nullable=True))
    op.drop_constraint(op.f(ORIGIN), TABLE)
    op.create_check_constraint(op.f(ORIGIN), TABLE, NOW)
    op.create_index(
        INDEX,
        TABLE,
        ["organisation_id", "assistant", "source"],
        unique=True,
        postgresql_where=sa.text("origin = 'drive'"),
    )


def downgrade() -> None:
    op.execute(f"DELETE FROM {TABLE} WHERE origin = 'drive'")
    op.drop_index(INDEX, TABLE)
    op.drop_constraint(op.f(ORIGIN), TABLE)
    op.create_check_constraint(op.f(ORIGIN), TABLE, BEFORE)
    op.drop_column(TABLE, "version")
