"""Files that people send, and what was heard in them."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    op.create_table(
        "inbound_files",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(160), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("file_key", sa.String(255), nullable=True),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_inbound_files_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_files")),
        sa.UniqueConstraint("organisation_id", "receipt_id", "position", name="uq_inbound_files_place"),
    )
    op.execute("ALTER TABLE inbound_files ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE inbound_files FORCE ROW LEVEL SECURITY")
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute(f"CREATE POLICY organisation ON inbound_files TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute("CREATE POLICY system ON inbound_files TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON inbound_files TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("inbound_files")
