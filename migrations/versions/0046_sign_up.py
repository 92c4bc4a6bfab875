"""Signing up: links that make an organisation, which belong to nobody until they are used."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"
CURRENT_LINK = "NULLIF(current_setting('app.link_hash', true), '')"
OPEN_LINK = "kind = 'sign_up' AND organisation_id IS NULL AND used_at IS NULL"


def upgrade() -> None:
    op.add_column("member_links", sa.Column("plan", sa.String(32), nullable=True))
    op.add_column("member_links", sa.Column("language", sa.String(2), nullable=True))
    op.alter_column("member_links", "organisation_id", nullable=True)
    op.drop_constraint(op.f("ck_member_links_kind"), "member_links")
    op.create_check_constraint(
        op.f("ck_member_links_kind"), "member_links", "kind IN ('invitation', 'reset', 'sign_up')"
    )
    op.create_check_constraint(
        op.f("ck_member_links_organisation"), "member_links", "kind = 'sign_up' OR organisation_id IS NOT NULL"
    )
    # The web may ask for such a link, and name no plan; whoever holds its token may give it to what they make.
    op.execute(f"CREATE POLICY asked ON member_links FOR INSERT TO cci_app WITH CHECK ({OPEN_LINK} AND plan IS NULL)")
    op.execute(
        f"CREATE POLICY used ON member_links FOR UPDATE TO cci_app USING ({OPEN_LINK} AND token_hash = {CURRENT_LINK})"
        f" WITH CHECK (organisation_id = {CURRENT_ORGANISATION})"
    )
    # And nobody else makes an organisation by the web's login.
    op.execute("GRANT INSERT ON organisations TO cci_app")
    op.execute(
        "CREATE POLICY signed_up ON organisations FOR INSERT TO cci_app WITH CHECK (EXISTS (SELECT FROM member_links"
        f" WHERE token_hash = {CURRENT_LINK} AND kind = 'sign_up' AND used_at IS NULL AND expires_at > now()))"
    )


def downgrade() -> None:
    op.execute("DROP POLICY signed_up ON organisations")
    op.execute("REVOKE INSERT ON organisations FROM cci_app")
    op.execute("DROP POLICY used ON member_links")
    op.execute("DROP POLICY asked ON member_links")
    op.execute("DELETE FROM member_links WHERE kind = 'sign_up'")
    op.drop_constraint(op.f("ck_member_links_organisation"), "member_links")
    op.drop_constraint(op.f("ck_member_links_kind"), "member_links")
    op.create_check_constraint(op.f("ck_member_links_kind"), "member_links", "kind IN ('invitation', 'reset')")
    op.alter_column("member_links", "organisation_id", nullable=False)
    op.drop_column("member_links", "language")
    op.drop_column("member_links", "plan")
