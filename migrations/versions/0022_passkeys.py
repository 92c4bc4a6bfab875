"""Passkeys: what a member has beside the password."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_passkeys_organisation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_passkeys_member_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("member_id", "credential_id", name=op.f("uq_passkeys_member_id_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_organisation_id"), "passkeys", ["organisation_id"])
    op.execute("ALTER TABLE passkeys ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE passkeys FORCE ROW LEVEL SECURITY")
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute(f"CREATE POLICY organisation ON passkeys TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute("CREATE POLICY system ON passkeys TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON passkeys TO cci_app, cci_system")


def downgrade() -> None:
    # An earlier version lets in whoever has a password: who had a passkey beside it needs a new one first.
    op.execute("ALTER TABLE members NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE passkeys NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE members SET password_hash = NULL WHERE id IN (SELECT member_id FROM passkeys)")
    op.execute("ALTER TABLE members FORCE ROW LEVEL SECURITY")
    op.drop_table("passkeys")
