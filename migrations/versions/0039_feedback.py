"""What people think: a thumb for an answer, stars for a conversation or a human's help, in one table."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
_CHECKS = {
    "kind": "kind IN ('thumb', 'stars')",
    "source": "source IN ('button', 'emoji', 'reaction', 'words', 'api')",
    "value": "CASE kind WHEN 'thumb' THEN value IN (-1, 1) AND event_id IS NOT NULL"
    " ELSE (value IS NULL OR value BETWEEN 1 AND 5) AND num_nonnulls(run_id, handoff_id) >= 1 END",
}
_UNIQUE = {
    "thumb": ("event_id", "kind = 'thumb'"),
    "run": ("run_id", "kind = 'stars' AND handoff_id IS NULL"),
    "handoff": ("handoff_id", "handoff_id IS NOT NULL"),
}


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(160), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("value", sa.SmallInteger(), nullable=True),
        sa.Column("source", sa.String(16), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("handoff_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("given_at", sa.TIMESTAMP(timezone=True), nullable=True),
        *(sa.CheckConstraint(check, name=op.f(f"ck_feedback_{name}")) for name, check in _CHECKS.items()),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_feedback_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    for name, (column, where) in _UNIQUE.items():
        columns = ["organisation_id", column]
        op.create_index(f"uq_feedback_{name}", "feedback", columns, unique=True, postgresql_where=sa.text(where))
    op.create_index("ix_feedback_given", "feedback", ["organisation_id", "given_at"])
    op.create_index("ix_feedback_person", "feedback", ["organisation_id", "assistant", "user_id"])
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute("ALTER TABLE feedback ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE feedback FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY organisation ON feedback TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute("CREATE POLICY system ON feedback TO cci_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON feedback TO cci_app, cci_system")
    # What people were asked of requests, and said, moves here; forced policies hold for the owner too.
    op.execute("ALTER TABLE handoff_requests NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE turn_state NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE feedback NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "INSERT INTO feedback (organisation_id, assistant, user_id, kind, value, source, handoff_id, asked_at,"
        " given_at)"
        " SELECT h.organisation_id, h.assistant, h.user_id, 'stars', h.rating,"
        "  CASE WHEN h.rating IS NULL THEN NULL ELSE 'words' END, h.id, h.resolved_at,"
        "  CASE WHEN h.rating IS NULL THEN NULL ELSE coalesce(h.resolved_at, h.created_at) END"
        " FROM handoff_requests h WHERE h.rating IS NOT NULL"
        "  OR h.id IN (SELECT rating_of FROM turn_state WHERE rating_of IS NOT NULL)"
    )
    op.execute(
        "UPDATE turn_state t SET rating_of = (SELECT f.id FROM feedback f WHERE f.organisation_id = t.organisation_id"
        " AND f.handoff_id = t.rating_of AND f.value IS NULL) WHERE t.rating_of IS NOT NULL"
    )
    op.drop_constraint(op.f("ck_handoff_requests_rating"), "handoff_requests", type_="check")
    op.drop_column("handoff_requests", "rating")
    op.add_column("turn_state", sa.Column("rating_due", sa.TIMESTAMP(timezone=True), nullable=True))
    op.create_index(
        "ix_turn_state_rating_due",
        "turn_state",
        ["rating_due"],
        postgresql_where=sa.text("rating_due IS NOT NULL"),
    )
    for table in ("handoff_requests", "turn_state", "feedback"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_index("ix_turn_state_rating_due", table_name="turn_state")
    op.drop_column("turn_state", "rating_due")
    op.add_column("handoff_requests", sa.Column("rating", sa.SmallInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_handoff_requests_rating"), "handoff_requests", "rating BETWEEN 1 AND 5")
    for table in ("handoff_requests", "turn_state", "feedback"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE handoff_requests h SET rating = f.value FROM feedback f"
        " WHERE f.organisation_id = h.organisation_id AND f.handoff_id = h.id"
    )
    op.execute(
        "UPDATE turn_state t SET rating_of = (SELECT f.handoff_id FROM feedback f"
        " WHERE f.organisation_id = t.organisation_id AND f.id = t.rating_of) WHERE t.rating_of IS NOT NULL"
    )
    op.drop_table("feedback")
    for table in ("handoff_requests", "turn_state"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
