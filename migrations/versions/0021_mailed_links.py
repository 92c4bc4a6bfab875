"""A link to become a member, or to set a password, is sent by mail: how far that is."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("mail_state", sa.String(length=16), nullable=True),
        sa.Column("mail_reason", sa.Text(), nullable=True),
        sa.Column("mail_attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("mail_not_before", sa.TIMESTAMP(timezone=True), nullable=True),
    ):
        op.add_column("member_links", column)
    op.create_check_constraint(
        op.f("ck_member_links_mail_state"), "member_links", "mail_state IN ('queued', 'sent', 'failed')"
    )
    op.create_index(
        "ix_member_links_mail",
        "member_links",
        ["mail_not_before"],
        postgresql_where=sa.text("mail_state = 'queued'"),
    )


def downgrade() -> None:
    op.drop_index("ix_member_links_mail", table_name="member_links")
    op.drop_constraint(op.f("ck_member_links_mail_state"), "member_links", type_="check")
    for column in ("mail_not_before", "mail_attempts", "mail_reason", "mail_state"):
        op.drop_column("member_links", column)
