"""Files that humans send to people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    op.create_table(
        "outbound_files",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(160), nullable=False),
        sa.Column("id", postgresql.UUID(), nullable=False),
        sa.Column("outbound_id", sa.BigInteger(), nullable=False),
        sa.Column("file_key", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_outbound_files_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound_files")),
        sa.UniqueConstraint("organisation_id", "outbound_id", name="uq_outbound_files_message"),
    )
    op.execute("ALTER TABLE outbound_files ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE outbound_files FORCE ROW LEVEL SECURITY")
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute(f"CREATE POLICY organisation ON outbound_files TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute("CREATE POLICY system ON outbound_files TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON outbound_files TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("outbound_files")
