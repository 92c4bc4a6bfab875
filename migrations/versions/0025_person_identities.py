"""A person's other ids at channels, and messages of ours by the id that a channel gave them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    op.create_table(
        "person_identities",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.String(length=160), nullable=False),
        sa.Column("user_id", sa.String(length=160), nullable=False),
        sa.Column("tied_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_person_identities_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "external_id", name=op.f("pk_person_identities")),
    )
    op.create_index("ix_person_identities_person", "person_identities", ["organisation_id", "user_id"])
    op.execute("ALTER TABLE person_identities ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE person_identities FORCE ROW LEVEL SECURITY")
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute(f"CREATE POLICY organisation ON person_identities TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute("CREATE POLICY system ON person_identities TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON person_identities TO cci_app, cci_system")
    # Rows are written meanwhile.
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_outbound_messages_vendor")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_outbound_messages_vendor ON outbound_messages (organisation_id, vendor_id)"
            " WHERE vendor_id IS NOT NULL"
        )


def downgrade() -> None:
    op.drop_index("ix_outbound_messages_vendor", table_name="outbound_messages")
    op.drop_table("person_identities")
