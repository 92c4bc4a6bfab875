"""Schedules of any kind of job."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def _rename(old: str, new: str) -> None:
    op.rename_table(old, new)
    for kind, name in (("ck", "frequency"), ("fk", "organisation_id")):
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT {kind}_{old}_{name} TO {kind}_{new}_{name}")
    for name in ("pk_{}", "ix_{}_organisation_id_created_at", "ix_{}_due"):
        op.execute(f"ALTER INDEX {name.format(old)} RENAME TO {name.format(new)}")


def upgrade() -> None:
    _rename("export_schedules", "schedules")
    op.add_column("schedules", sa.Column("kind", sa.String(64), nullable=False, server_default="exports.run"))
    op.alter_column("schedules", "kind", server_default=None)
    op.add_column("schedules", sa.Column("payload", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'")))
    op.execute(
        "UPDATE schedules SET payload ="
        " jsonb_build_object('format', format, 'destination', destination, 'filters', filters)"
    )
    for name in ("format", "destination", "filters"):
        op.drop_column("schedules", name)


def downgrade() -> None:
    op.execute("DELETE FROM schedules WHERE kind <> 'exports.run'")
    op.add_column("schedules", sa.Column("format", sa.String(16), nullable=False, server_default="excel"))
    op.add_column("schedules", sa.Column("destination", sa.String(64), nullable=False, server_default="download"))
    op.add_column("schedules", sa.Column("filters", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'")))
    op.execute(
        "UPDATE schedules SET format = payload->>'format', destination = payload->>'destination',"
        " filters = payload->'filters'"
    )
    for name in ("format", "destination"):
        op.alter_column("schedules", name, server_default=None)
    for name in ("payload", "kind"):
        op.drop_column("schedules", name)
    _rename("schedules", "export_schedules")
