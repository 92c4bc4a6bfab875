"""Days that are over, counted once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
# The hour that a day is over before it is counted, and the lock, are also in `cci_app.admin.overview.days`.
FORGETTING = """
    CREATE FUNCTION forget_message_days() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        earliest timestamptz;
        latest timestamptz;
    BEGIN
        SELECT min(timestamp), max(timestamp) INTO earliest, latest FROM changed;
        IF earliest < clock_timestamp() - interval '1 hour' THEN
            PERFORM pg_advisory_xact_lock_shared(60060);
            DELETE FROM message_days day
            WHERE begins_at <= latest AND ends_at > earliest AND EXISTS (
                SELECT FROM changed
                WHERE organisation_id = day.organisation_id AND timestamp >= begins_at AND timestamp < ends_at
            );
        END IF;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    op.create_table(
        "message_days",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("people", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("milliseconds", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("times", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_message_days_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "begins_at", "ends_at", name=op.f("pk_message_days")),
    )
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute("ALTER TABLE message_days ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE message_days FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY organisation ON message_days TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute("CREATE POLICY system ON message_days TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON message_days TO cci_app, cci_system")
    op.execute(FORGETTING)
    for event, rows in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        op.execute(
            f"CREATE TRIGGER forget_message_days_{event.lower()} AFTER {event} ON conversations"
            f" REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_message_days()"
        )


def downgrade() -> None:
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER forget_message_days_{event} ON conversations")
    op.execute("DROP FUNCTION forget_message_days")
    op.drop_table("message_days")
