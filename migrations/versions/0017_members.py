"""People who sign in: members, their sessions and links; what callers did, in a table that only grows."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
ROLES = "role IN ('viewer', 'agent', 'admin', 'owner')"
CHANGED = "SELECT, INSERT, UPDATE, DELETE"


def upgrade() -> None:
    _create_members()
    _create_sessions()
    _create_links()
    _create_audit_log()
    for table in ("members", "member_sessions", "member_links"):
        _secure(table, CHANGED)
    # Nobody changes what was done, and nobody takes it back.
    _secure("audit_log", "SELECT, INSERT")
    # Whoever presents a secret knows its hash, and may read the row of it; whoever signs in, those of their address.
    for table, column, setting in (
        ("members", "email", "member_email"),
        ("member_sessions", "token_hash", "session_hash"),
        ("member_links", "token_hash", "link_hash"),
    ):
        op.execute(
            f"CREATE POLICY bearer ON {table} FOR SELECT TO cci_app"
            f" USING ({column} = NULLIF(current_setting('app.{setting}', true), ''))"
        )
    op.execute(
        "CREATE POLICY holder ON members FOR SELECT TO cci_app USING (EXISTS (SELECT FROM member_sessions"
        " WHERE member_sessions.member_id = members.id"
        " AND token_hash = NULLIF(current_setting('app.session_hash', true), '')))"
    )
    # Members make keys and revoke them.
    op.execute("GRANT INSERT, UPDATE ON api_keys TO cci_app")


def downgrade() -> None:
    op.execute("REVOKE INSERT, UPDATE ON api_keys FROM cci_app")
    # Its policy reads the sessions.
    op.execute("DROP POLICY holder ON members")
    for table in ("audit_log", "member_links", "member_sessions", "members"):
        op.drop_table(table)


def _owner() -> sa.Column[int]:
    return sa.Column("organisation_id", sa.BigInteger(), nullable=False)


def _time(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    default = None if nullable else sa.text("now()")
    return sa.Column(name, sa.TIMESTAMP(timezone=True), server_default=default, nullable=nullable)


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def _create_members() -> None:
    op.create_table(
        "members",
        _owner(),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("directory_id", sa.String(length=160), nullable=True),
        _time("created_at", nullable=False),
        _time("last_seen_at"),
        sa.CheckConstraint(ROLES, name=op.f("ck_members_role")),
        _reference("members", "organisation_id", "organisations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("organisation_id", "email", name=op.f("uq_members_organisation_id_email")),
        sa.UniqueConstraint("organisation_id", "directory_id", name=op.f("uq_members_organisation_id_directory_id")),
    )
    op.create_index(op.f("ix_members_email"), "members", ["email"])


def _create_sessions() -> None:
    op.create_table(
        "member_sessions",
        _owner(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=300), nullable=False),
        _time("created_at", nullable=False),
        _time("last_seen_at", nullable=False),
        _time("revoked_at"),
        _reference("member_sessions", "organisation_id", "organisations"),
        _reference("member_sessions", "member_id", "members"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_member_sessions_token_hash")),
    )
    op.create_index(op.f("ix_member_sessions_member_id"), "member_sessions", ["member_id"])
    op.create_index(op.f("ix_member_sessions_organisation_id"), "member_sessions", ["organisation_id"])


def _create_links() -> None:
    op.create_table(
        "member_links",
        _owner(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=True),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_token", sa.Text(), nullable=True),
        sa.Column("made_by", sa.String(length=254), nullable=False),
        _time("created_at", nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        _time("used_at"),
        sa.CheckConstraint("kind IN ('invitation', 'reset')", name=op.f("ck_member_links_kind")),
        sa.CheckConstraint(ROLES, name=op.f("ck_member_links_role")),
        _reference("member_links", "organisation_id", "organisations"),
        _reference("member_links", "member_id", "members"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_member_links_token_hash")),
    )
    op.create_index(op.f("ix_member_links_organisation_id_kind"), "member_links", ["organisation_id", "kind"])
    op.create_index(op.f("ix_member_links_member_id"), "member_links", ["member_id"])


def _create_audit_log() -> None:
    op.create_table(
        "audit_log",
        _owner(),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("timestamp", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=254), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("details", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        _reference("audit_log", "organisation_id", "organisations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(op.f("ix_audit_log_organisation_id_id"), "audit_log", ["organisation_id", "id"])


def _secure(table: str, rights: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute(f"CREATE POLICY organisation ON {table} TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
    op.execute(f"GRANT {rights} ON {table} TO cci_app, cci_system")
