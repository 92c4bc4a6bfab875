"""Who subscribed to what is done with the work, and what they are told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
TABLES = ("webhook_posts", "webhook_subscribers")
_NOW = sa.text("clock_timestamp()")
# In the transaction of the event: none is missed, whatever dies, and none is told of what was rolled back.
_TELL = """
    CREATE FUNCTION tell_subscribers() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO webhook_posts (organisation_id, subscriber_id, act, body)
        SELECT NEW.organisation_id, s.id, NEW.act, jsonb_build_object(
            'type', NEW.act, 'timestamp', NEW.at, 'data', jsonb_build_object(
                'event_id', NEW.id, 'project_id', NEW.project_id, 'task_id', NEW.task_id,
                'who', NEW.who, 'name', NEW.name, 'changes', NEW.changes))
        FROM webhook_subscribers s
        WHERE s.organisation_id = NEW.organisation_id AND (s.acts = '[]' OR s.acts ? NEW.act);
        RETURN NULL;
    END $$;
    CREATE TRIGGER tell_subscribers AFTER INSERT ON project_events
        FOR EACH ROW EXECUTE FUNCTION tell_subscribers()
"""


def upgrade() -> None:
    op.create_table(
        "webhook_subscribers",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("acts", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="active", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("succeeded_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('active', 'paused', 'disabled')", name=op.f("ck_webhook_subscribers_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_webhook_subscribers_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_subscribers")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_webhook_subscribers_organisation_id_id")),
    )
    op.create_table(
        "webhook_posts",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="queued", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.TIMESTAMP(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed')", name=op.f("ck_webhook_posts_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "subscriber_id"],
            ["webhook_subscribers.organisation_id", "webhook_subscribers.id"],
            name=op.f("fk_webhook_posts_organisation_id_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_webhook_posts_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_posts")),
    )
    op.create_index(
        "ix_webhook_posts_due",
        "webhook_posts",
        ["not_before", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_webhook_posts_subscriber", "webhook_posts", ["organisation_id", "subscriber_id", "id"], unique=False
    )
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY organisation ON {table} TO cci_app USING ({own}) WITH CHECK ({own})")
        op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO cci_app, cci_system")
    op.execute(_TELL)


def downgrade() -> None:
    op.execute("DROP TRIGGER tell_subscribers ON project_events")
    op.execute("DROP FUNCTION tell_subscribers()")
    op.drop_table("webhook_posts")
    op.drop_table("webhook_subscribers")
