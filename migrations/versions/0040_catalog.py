"""Tables of what an organisation offers, and their rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def _owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "catalog_tables",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("declaration", postgresql.JSONB(), nullable=False),
        sa.Column("known", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("row_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("loaded_at", sa.TIMESTAMP(timezone=True), nullable=True),
        _owner("catalog_tables"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_tables")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_catalog_tables_organisation_id_id")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_catalog_tables_organisation_id_name")),
    )
    op.create_table(
        "catalog_items",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("table_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("values", postgresql.JSONB(), nullable=False),
        _owner("catalog_items"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "table_id"],
            ["catalog_tables.organisation_id", "catalog_tables.id"],
            name=op.f("fk_catalog_items_organisation_id_table_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_items")),
        sa.UniqueConstraint(
            "organisation_id", "table_id", "key", name=op.f("uq_catalog_items_organisation_id_table_id_key")
        ),
    )
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    for table in ("catalog_tables", "catalog_items"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY organisation ON {table} TO cci_app USING ({own}) WITH CHECK ({own})")
        op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO cci_app, cci_system")


def downgrade() -> None:
    op.drop_table("catalog_items")
    op.drop_table("catalog_tables")
