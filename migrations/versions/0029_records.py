"""People on record, tries at their codes, certificates, and facts that hold for a time."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
_TABLES = ("record_people", "code_attempts", "certificates", "facts")


def upgrade() -> None:
    op.create_table(
        "record_people",
        *_owned("record_people"),
        sa.Column("reference", sa.String(80), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("code_hash", sa.String(64), nullable=False),
        *_unique("record_people", "id", "reference", "code_hash"),
    )
    op.create_table(
        "code_attempts",
        *_owned("code_attempts", with_id=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(160), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("locked_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "assistant", "user_id", name=op.f("pk_code_attempts")),
    )
    op.create_table(
        "certificates",
        *_owned("certificates"),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("check_code", sa.String(16), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "subject_id"],
            ["record_people.organisation_id", "record_people.id"],
            name=op.f("fk_certificates_organisation_id_subject_id"),
            ondelete="CASCADE",
        ),
        *_unique("certificates", "number"),
        sa.UniqueConstraint(
            *("organisation_id", "subject_id", "kind", "issued_on"),
            name=op.f("uq_certificates_organisation_id_subject_id_kind_issued_on"),
        ),
    )
    op.create_table(
        "facts",
        *_owned("facts"),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        *_unique("facts", "title"),
    )
    for table in _TABLES:
        _secure(table)


def downgrade() -> None:
    for table in ("facts", "certificates", "code_attempts", "record_people"):
        op.drop_table(table)


def _owned(table: str, *, with_id: bool = True) -> tuple[sa.Column[Any] | sa.Constraint, ...]:
    organisation = (
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id"), ondelete="CASCADE"
        ),
    )
    if not with_id:
        return organisation
    return (
        *organisation,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _unique(table: str, *columns: str) -> tuple[sa.UniqueConstraint, ...]:
    return tuple(
        sa.UniqueConstraint("organisation_id", column, name=op.f(f"uq_{table}_organisation_id_{column}"))
        for column in columns
    )


def _secure(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    op.execute(f"CREATE POLICY organisation ON {table} TO cci_app USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY system ON {table} TO cci_system USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO cci_app, cci_system")
