"""Organisations by their short name."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from cci_app.accounts.models import Organisation
from cci_app.core.database import system_transaction
from cci_app.core.errors import NotFound


def organisation_id(slug: str) -> int:
    """The id of the organisation with that short name. Raises NotFound."""
    with system_transaction() as session:
        found = session.scalar(sa.select(Organisation.id).where(Organisation.slug == slug))
    if found is None:
        raise NotFound(f"there is no organisation {slug}: make it with `flask organisations create`")
    return found


def ensure_organisation(slug: str, name: str, timezone: str) -> int:
    """Make the organisation unless it exists; return its id."""
    with system_transaction() as session:
        session.execute(insert(Organisation).values(slug=slug, name=name, timezone=timezone).on_conflict_do_nothing())
        return session.scalars(sa.select(Organisation.id).where(Organisation.slug == slug)).one()
