"""Organisations."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from cci_app.accounts.models import Organisation
from cci_app.core.database import system_transaction


def ensure_organisation(slug: str, name: str, timezone: str) -> int:
    """Make the organisation unless it exists; return its id."""
    with system_transaction() as session:
        session.execute(insert(Organisation).values(slug=slug, name=name, timezone=timezone).on_conflict_do_nothing())
        return session.scalars(sa.select(Organisation.id).where(Organisation.slug == slug)).one()
