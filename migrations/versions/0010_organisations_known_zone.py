"""An organisation's language and time zone are ones that exports can be written in."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Forced row-level security would hide the rows from the tables' owner. Only by hand can they hold anything else.
    op.execute("ALTER TABLE organisations NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE organisations SET language = DEFAULT WHERE language NOT IN ('en', 'es', 'fr')")
    op.execute("UPDATE organisations SET timezone = DEFAULT WHERE timezone NOT IN (SELECT name FROM pg_timezone_names)")
    op.execute("ALTER TABLE organisations FORCE ROW LEVEL SECURITY")
    op.create_check_constraint(op.f("ck_organisations_language"), "organisations", "language IN ('en', 'es', 'fr')")
    op.create_check_constraint(
        op.f("ck_organisations_timezone"), "organisations", "timezone(timezone, TIMESTAMP '2000-01-01') IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_organisations_timezone"), "organisations")
    op.drop_constraint(op.f("ck_organisations_language"), "organisations")
