"""An organisation's admins change its name, language and time zone themselves."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT UPDATE (name, language, timezone) ON organisations TO cci_app")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (name, language, timezone) ON organisations FROM cci_app")
