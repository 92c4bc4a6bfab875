"""Whatever leaves on our own account is a row of the outbox; late answers are carried over to it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
STATES = "state IN ('queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'uncertain', 'cancelled')"

# What a state may become. It never goes down: what was sent is never waiting again. From `sending` it goes back to
# `queued` only where it certainly was not sent.
_GUARD = """
    CREATE FUNCTION guard_outbound_state() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state IS DISTINCT FROM OLD.state AND NOT (NEW.state = ANY (CASE OLD.state
            WHEN 'queued' THEN ARRAY['sending', 'failed', 'cancelled']
            WHEN 'sending' THEN ARRAY['queued', 'sent', 'delivered', 'read', 'failed', 'uncertain']
            WHEN 'uncertain' THEN ARRAY['sent', 'delivered', 'read', 'failed']
            WHEN 'sent' THEN ARRAY['delivered', 'read', 'failed']
            WHEN 'delivered' THEN ARRAY['read']
            ELSE ARRAY[]::text[] END))
        THEN
            RAISE EXCEPTION 'an outbound message that is % cannot become %', OLD.state, NEW.state
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER guard_state BEFORE UPDATE ON outbound_messages
        FOR EACH ROW EXECUTE FUNCTION guard_outbound_state()
"""
# Every state is told of by an event, whoever changed it.
_EVENTS = """
    CREATE FUNCTION note_delivery_event() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO delivery_events (organisation_id, message_id, state, code, reason)
        VALUES (NEW.organisation_id, NEW.id, NEW.state, NEW.error_code, NEW.error);
        RETURN NULL;
    END $$;
    CREATE TRIGGER first_event AFTER INSERT ON outbound_messages
        FOR EACH ROW EXECUTE FUNCTION note_delivery_event();
    CREATE TRIGGER next_event AFTER UPDATE OF state ON outbound_messages
        FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION note_delivery_event()
"""
_APPEND_ONLY = """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END $$;
    CREATE TRIGGER append_only BEFORE UPDATE ON delivery_events FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""
# Either version of an outcome: one text, or parts.
_CARRY_OVER = """
    INSERT INTO outbound_messages (organisation_id, assistant, user_id, receipt_id, reason, position, idempotency_key,
        address, part, via, state, attempts, not_before, claimed_until, error, created_at)
    SELECT e.organisation_id, e.assistant, e.user_id, e.id, 'late', p.number, 'receipt ' || e.id || ' ' || p.number,
        e.reply_to, p.part,
        CASE WHEN e.late IN ('pushing', 'pushed', 'uncertain') OR (e.late = 'waiting' AND e.push_after IS NOT NULL)
            THEN 'push' ELSE 'reply' END,
        CASE e.late WHEN 'waiting' THEN 'queued' WHEN 'refused' THEN 'queued' WHEN 'opening' THEN 'sending'
            WHEN 'pushing' THEN 'sending' WHEN 'opened' THEN 'sent' WHEN 'pushed' THEN 'sent' ELSE 'uncertain' END,
        CASE e.late WHEN 'refused' THEN greatest(e.push_attempts, 1) ELSE e.push_attempts END,
        COALESCE(e.push_after, e.completed_at, e.received_at),
        CASE e.late WHEN 'pushing' THEN e.push_after END,
        e.late_reason, COALESCE(e.completed_at, e.received_at)
    FROM webhook_events e,
        jsonb_array_elements(COALESCE(e.outcome -> 'parts', jsonb_build_array(
            jsonb_build_object('kind', 'text', 'version', 1, 'text', COALESCE(e.outcome ->> 'text', '')))))
            WITH ORDINALITY AS p (part, number)
    WHERE e.late IS NOT NULL ORDER BY e.id, p.number
"""
_CARRY_BACK = """
    UPDATE webhook_events e SET late = m.late, late_reason = m.error, push_attempts = m.attempts,
        push_after = m.push_after
    FROM (
        SELECT DISTINCT ON (receipt_id) receipt_id, error, attempts,
            CASE WHEN state = 'queued' AND via = 'push' THEN not_before
                 WHEN state = 'sending' AND via = 'push' THEN claimed_until END AS push_after,
            CASE WHEN state = 'queued' THEN CASE WHEN via = 'reply' AND attempts > 0 THEN 'refused' ELSE 'waiting' END
                 WHEN state = 'sending' THEN CASE via WHEN 'push' THEN 'pushing' ELSE 'opening' END
                 WHEN state = 'uncertain' THEN 'uncertain'
                 WHEN state IN ('failed', 'cancelled') THEN 'refused'
                 ELSE CASE via WHEN 'push' THEN 'pushed' ELSE 'opened' END END AS late
        FROM outbound_messages WHERE reason = 'late' ORDER BY receipt_id, position DESC
    ) m WHERE m.receipt_id = e.id
"""


def upgrade() -> None:
    _create_messages()
    _create_events()
    for statement in (_GUARD, _EVENTS, _APPEND_ONLY):
        op.execute(statement)
    _unforced(_CARRY_OVER)
    for index in ("ix_webhook_events_late", "ix_webhook_events_push", "ix_webhook_events_was_late"):
        op.drop_index(index, table_name="webhook_events")
    op.drop_constraint(op.f("ck_webhook_events_late"), "webhook_events")
    op.alter_column("webhook_events", "late", type_=sa.Boolean(), nullable=False, postgresql_using="late IS NOT NULL")
    op.alter_column("webhook_events", "late", server_default=sa.false())
    for column in ("late_reason", "push_attempts", "push_after"):
        op.drop_column("webhook_events", column)


def downgrade() -> None:
    op.alter_column("webhook_events", "late", server_default=None, nullable=True)
    op.alter_column("webhook_events", "late", type_=sa.String(16), postgresql_using="NULL::varchar")
    op.add_column("webhook_events", sa.Column("late_reason", sa.Text(), nullable=True))
    op.add_column("webhook_events", sa.Column("push_attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("webhook_events", sa.Column("push_after", sa.TIMESTAMP(timezone=True), nullable=True))
    _unforced(_CARRY_BACK)
    late = ("waiting", "refused", "opening", "pushing", "opened", "pushed", "uncertain")
    op.create_check_constraint(
        op.f("ck_webhook_events_late"), "webhook_events", f"late IN ({', '.join(map(repr, late))})"
    )
    person = ["organisation_id", "assistant", "user_id"]
    op.create_index(
        "ix_webhook_events_late",
        "webhook_events",
        person,
        postgresql_where=sa.text("late IN ('waiting', 'opening', 'refused')"),
    )
    op.create_index(
        "ix_webhook_events_push", "webhook_events", ["push_after"], postgresql_where=sa.text("push_after IS NOT NULL")
    )
    op.create_index(
        "ix_webhook_events_was_late",
        "webhook_events",
        ["organisation_id", "id"],
        postgresql_where=sa.text("late IS NOT NULL"),
    )
    op.drop_table("delivery_events")
    op.drop_table("outbound_messages")
    for function in ("refuse_change", "note_delivery_event", "guard_outbound_state"):
        op.execute(f"DROP FUNCTION {function}")


def _create_messages() -> None:
    now = sa.text("clock_timestamp()")
    op.create_table(
        "outbound_messages",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(160), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(255), nullable=False),
        sa.Column("address", postgresql.JSONB(), nullable=True),
        sa.Column("part", postgresql.JSONB(), nullable=False),
        sa.Column("via", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), server_default="queued", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.TIMESTAMP(timezone=True), server_default=now, nullable=False),
        sa.Column("claimed_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("vendor_id", sa.Text(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=now, nullable=False),
        sa.CheckConstraint(STATES, name=op.f("ck_outbound_messages_state")),
        sa.CheckConstraint("via IN ('push', 'reply')", name=op.f("ck_outbound_messages_via")),
        sa.CheckConstraint("reason IN ('late', 'rest', 'reply')", name=op.f("ck_outbound_messages_reason")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_outbound_messages_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound_messages")),
        sa.UniqueConstraint("organisation_id", "idempotency_key", name="uq_outbound_messages_key"),
    )
    open_ones = sa.text("state IN ('queued', 'sending')")
    person = ["organisation_id", "assistant", "user_id", "id"]
    op.create_index("ix_outbound_messages_open", "outbound_messages", person, postgresql_where=open_ones)
    op.create_index("ix_outbound_messages_due", "outbound_messages", ["not_before"], postgresql_where=open_ones)
    op.create_index("ix_outbound_messages_listed", "outbound_messages", ["organisation_id", "id"])
    op.create_index("ix_outbound_messages_receipt", "outbound_messages", ["receipt_id"])
    _secure("outbound_messages", "SELECT, INSERT, UPDATE, DELETE")


def _create_events() -> None:
    op.create_table(
        "delivery_events",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_delivery_events_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbound_messages.id"], name=op.f("fk_delivery_events_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_events")),
    )
    op.create_index(op.f("ix_delivery_events_message_id"), "delivery_events", ["message_id"])
    _secure("delivery_events", "SELECT, INSERT, DELETE")


def _secure(table: str, rights: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute(f"CREATE POLICY organisation ON {table} TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
    op.execute(f"GRANT {rights} ON {table} TO cci_app, cci_system")


def _unforced(statement: str) -> None:
    # Forced row-level security would hide the rows from the tables' owner.
    tables = ("webhook_events", "outbound_messages", "delivery_events")
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(statement)
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
