"""One human at a time for a person who asked for one: holders, steps, notices, desks, ready answers."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
_TABLES = ("handoff_steps", "handoff_notices", "handoff_desks", "canned_replies")
_MOMENTS = ("taken_at", "first_reply_at", "human_at", "person_at", "seen_at", "escalated_at")
_REASONS = "reason IN ('late', 'rest', 'reply'{})"
_NOW = sa.text("now()")


def upgrade() -> None:
    _add_columns()
    # Of several open requests of a person the oldest stays.
    _unforced(
        "UPDATE handoff_requests h SET state = 'resolved', resolved_at = now() WHERE state <> 'resolved' AND EXISTS ("
        "SELECT FROM handoff_requests o WHERE o.state <> 'resolved' AND o.id < h.id AND (o.organisation_id,"
        " o.assistant, o.user_id) = (h.organisation_id, h.assistant, h.user_id))"
    )
    _unforced("UPDATE handoff_requests SET state = 'open' WHERE state = 'assigned'")
    for name, condition in {
        "holder": "state <> 'assigned' OR holder IS NOT NULL",
        "rating": "rating BETWEEN 1 AND 5",
    }.items():
        op.create_check_constraint(op.f(f"ck_handoff_requests_{name}"), "handoff_requests", condition)
    op.create_unique_constraint(
        op.f("uq_handoff_requests_organisation_id_id"), "handoff_requests", ["organisation_id", "id"]
    )
    still_open = sa.text("state <> 'resolved'")
    person = ["organisation_id", "assistant", "user_id"]
    op.create_index("uq_handoff_requests_person", "handoff_requests", person, unique=True, postgresql_where=still_open)
    op.create_index("ix_handoff_requests_waiting", "handoff_requests", ["id"], postgresql_where=still_open)
    _create_tables()
    for table in _TABLES:
        _secure(table)
    op.add_column("turn_state", sa.Column("rating_of", sa.BigInteger(), nullable=True))
    _check_reasons(", 'human', 'notice'")


def downgrade() -> None:
    _unforced("DELETE FROM outbound_messages WHERE reason IN ('human', 'notice')", "outbound_messages")
    _check_reasons("")
    op.drop_column("turn_state", "rating_of")
    for table in reversed(_TABLES):
        op.drop_table(table)
    for index in ("ix_handoff_requests_waiting", "uq_handoff_requests_person"):
        op.drop_index(index, "handoff_requests")
    op.drop_constraint(op.f("uq_handoff_requests_organisation_id_id"), "handoff_requests", type_="unique")
    for name in ("rating", "holder"):
        op.drop_constraint(op.f(f"ck_handoff_requests_{name}"), "handoff_requests", type_="check")
    for column in ("rating", *reversed(_MOMENTS), "labels", "holder_name", "holder", "language"):
        op.drop_column("handoff_requests", column)
    _unforced("DELETE FROM handoff_requests WHERE event_id IS NULL")
    op.alter_column("handoff_requests", "event_id", nullable=False)


def _add_columns() -> None:
    op.alter_column("handoff_requests", "event_id", nullable=True)
    moments = [sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=True) for name in _MOMENTS]
    columns: tuple[sa.Column[Any], ...] = (
        sa.Column("language", sa.String(2), nullable=True),
        sa.Column("holder", sa.String(64), nullable=True),
        sa.Column("holder_name", sa.String(254), nullable=True),
        sa.Column("labels", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")),
        *moments,
        sa.Column("rating", sa.SmallInteger(), nullable=True),
    )
    for column in columns:
        op.add_column("handoff_requests", column)


def _create_tables() -> None:
    op.create_table(
        "handoff_steps",
        *_owned("handoff_steps"),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("handoff_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("author_name", sa.String(254), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outbound_id", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.String(600), nullable=True),
        sa.Column(
            "created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('reply', 'note', 'event')", name=op.f("ck_handoff_steps_kind")),
        _of_request("handoff_steps"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_steps")),
        sa.UniqueConstraint("organisation_id", "key", name=op.f("uq_handoff_steps_organisation_id_key")),
    )
    op.create_index(
        op.f("ix_handoff_steps_organisation_id_handoff_id_id"),
        "handoff_steps",
        ["organisation_id", "handoff_id", "id"],
    )
    op.create_table(
        "handoff_notices",
        *_owned("handoff_notices"),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("handoff_id", sa.BigInteger(), nullable=False),
        sa.Column("occasion", sa.String(16), nullable=False),
        sa.Column("via", sa.String(16), nullable=False),
        sa.Column("target", sa.String(254), nullable=False),
        sa.Column("state", sa.String(16), server_default="queued", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.TIMESTAMP(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("occasion IN ('asked', 'escalated')", name=op.f("ck_handoff_notices_occasion")),
        sa.CheckConstraint("via IN ('email', 'slack', 'channel')", name=op.f("ck_handoff_notices_via")),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed')", name=op.f("ck_handoff_notices_state")),
        _of_request("handoff_notices"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_notices")),
        sa.UniqueConstraint(
            *("organisation_id", "handoff_id", "occasion", "via", "target"),
            name=op.f("uq_handoff_notices_organisation_id_handoff_id_occasion_via_target"),
        ),
    )
    op.create_index(
        "ix_handoff_notices_due", "handoff_notices", ["not_before"], postgresql_where=sa.text("state = 'queued'")
    )
    op.create_table(
        "handoff_desks",
        *_owned("handoff_desks"),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_handoff_desks")),
    )
    op.create_table(
        "canned_replies",
        *_owned("canned_replies"),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
        sa.UniqueConstraint("organisation_id", "title", name=op.f("uq_canned_replies_organisation_id_title")),
    )


def _owned(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id"), ondelete="CASCADE"
        ),
    )


def _of_request(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", "handoff_id"],
        ["handoff_requests.organisation_id", "handoff_requests.id"],
        name=op.f(f"fk_{table}_organisation_id_handoff_id"),
        ondelete="CASCADE",
    )


def _check_reasons(more: str) -> None:
    op.drop_constraint(op.f("ck_outbound_messages_reason"), "outbound_messages", type_="check")
    # Added without reading the rows, then checked under a lock that lets them be written.
    op.execute(
        "ALTER TABLE outbound_messages ADD CONSTRAINT ck_outbound_messages_reason"
        f" CHECK ({_REASONS.format(more)}) NOT VALID"
    )
    op.execute("ALTER TABLE outbound_messages VALIDATE CONSTRAINT ck_outbound_messages_reason")


def _secure(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute(f"CREATE POLICY organisation ON {table} TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO cci_app, cci_system")


def _unforced(statement: str, table: str = "handoff_requests") -> None:
    # Forced row-level security would hide the rows from the table's owner.
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(statement)
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
