"""Organisations by their short name, for whoever knows nothing but that."""

import sqlalchemy as sa

from cci_app.core.database import keyless_transaction
from cci_app.core.errors import NotFound


def organisation_named(slug: str) -> int:
    """The id of the organisation with that short name. Raises NotFound."""
    with keyless_transaction(organisation_slug=slug) as session:
        found: int | None = session.scalar(sa.text("SELECT id FROM organisations WHERE slug = :slug"), {"slug": slug})
    if found is None:
        raise NotFound(f"there is no organisation {slug}: make it with `flask organisations create`")
    return found
