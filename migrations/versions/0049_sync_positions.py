"""How far tasks and what they are elsewhere were brought together."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    op.create_table(
        "sync_positions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("cursor", sa.String(length=1000), nullable=True),
        sa.Column("since", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("not_before", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("checked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_sync_positions_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "kind", name=op.f("pk_sync_positions")),
    )
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute("ALTER TABLE sync_positions ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE sync_positions FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY organisation ON sync_positions TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute("CREATE POLICY system ON sync_positions TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON sync_positions TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("sync_positions")
