"""Marks of people who asked to be left alone, or to be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"


def upgrade() -> None:
    op.create_table(
        "contact_marks",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("wish", sa.String(16), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "marked_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("erased_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "wish IN ('leave_alone', 'erase', 'wrong_person', 'gone')", name=op.f("ck_contact_marks_wish")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_contact_marks_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("organisation_id", "person", name=op.f("pk_contact_marks")),
    )
    op.create_index(
        "ix_contact_marks_erased",
        "contact_marks",
        ["organisation_id", "erased_at"],
        postgresql_where=sa.text("erased_at IS NOT NULL"),
    )
    op.execute("ALTER TABLE contact_marks ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE contact_marks FORCE ROW LEVEL SECURITY")
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute(f"CREATE POLICY organisation ON contact_marks TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute("CREATE POLICY system ON contact_marks TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON contact_marks TO cci_app, cci_system")
    # Whoever is erased, by an admin too, is erased from what was used and done for them.
    op.execute("GRANT DELETE ON usage_logs, tool_executions TO cci_app")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON usage_logs, tool_executions FROM cci_app")
    op.drop_table("contact_marks")
