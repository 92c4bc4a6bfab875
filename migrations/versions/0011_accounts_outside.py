"""Accounts of organisations at services outside, with sealed secrets; an export's destination may name one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
STATES = "state IN ('unchecked', 'working', 'failing')"


def upgrade() -> None:
    _create("integrations")
    _create(
        "channel_accounts",
        sa.Column("outside_id", sa.String(length=160), nullable=True),
        sa.Column("assistant", sa.String(length=64), nullable=True),
        sa.UniqueConstraint("kind", "outside_id", name=op.f("uq_channel_accounts_kind_outside_id")),
    )
    op.alter_column("export_schedules", "destination", type_=sa.String(length=64))


def downgrade() -> None:
    # An earlier version knows no names: what was to go to a named account must not go to another one instead.
    op.execute("ALTER TABLE export_schedules NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE export_schedules SET active = false, destination = split_part(destination, ':', 1)"
        " WHERE destination LIKE '%:%'"
    )
    op.execute("ALTER TABLE export_schedules FORCE ROW LEVEL SECURITY")
    op.alter_column("export_schedules", "destination", type_=sa.String(length=32))
    op.drop_table("channel_accounts")
    op.drop_table("integrations")


def _create(table: str, *more: sa.Column[str] | sa.UniqueConstraint) -> None:
    op.create_table(
        table,
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.Column("sealed_secrets", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="unchecked", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        *more,
        sa.CheckConstraint(STATES, name=op.f(f"ck_{table}_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("organisation_id", "kind", "name", name=op.f(f"uq_{table}_organisation_id_kind_name")),
    )
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute(f"CREATE POLICY organisation ON {table} TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO cci_app, cci_system")
