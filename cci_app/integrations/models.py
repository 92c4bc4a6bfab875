"""The table of integrations."""

import sqlalchemy as sa

from cci_app.core.outside.models import STATES, AccountRow


class Integration(AccountRow):
    """An account of an organisation at a service that its data goes to, or comes from."""

    __tablename__ = "integrations"
    __table_args__ = (
        sa.CheckConstraint(STATES, name="state"),
        sa.UniqueConstraint("organisation_id", "kind", "name"),
    )
