"""Organisations by their short name, for whoever knows nothing but that."""

from collections.abc import Collection
from datetime import UTC, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from cci_app.core.database import keyless_transaction, tenant_transaction
from cci_app.core.errors import NotFound
from cci_app.core.lookups import LookUps

_MOST_ZONES: Final = 1_000
_zones: LookUps[int, ZoneInfo] = LookUps(_MOST_ZONES)


def organisation_named(slug: str) -> int:
    """The id of the organisation with that short name. Raises NotFound."""
    with keyless_transaction(organisation_slug=slug) as session:
        found: int | None = session.scalar(sa.text("SELECT id FROM organisations WHERE slug = :slug"), {"slug": slug})
    if found is None:
        raise NotFound(f"there is no organisation {slug}: make it with `flask organisations create`")
    return found


def timezone_of(session: Session, organisation_id: int) -> ZoneInfo:
    """In which the organisation counts its days and hours."""
    zone = sa.text("SELECT timezone FROM organisations WHERE id = :id")
    return ZoneInfo(session.execute(zone, {"id": organisation_id}).scalar_one())


def organisation_language(session: Session, organisation_id: int) -> str:
    """In which the organisation's people read what is not made for one of them: `es`, `fr` or `en`."""
    language = sa.text("SELECT language FROM organisations WHERE id = :id")
    return str(session.execute(language, {"id": organisation_id}).scalar_one())


def zone_of(organisation_id: int) -> tzinfo:
    """As `timezone_of`, as of some seconds ago; UTC where the database cannot be asked."""

    def ask() -> ZoneInfo:
        with tenant_transaction(organisation_id) as session:
            return timezone_of(session, organisation_id)

    try:
        return _zones.find(organisation_id, ask)
    except (DBAPIError, PoolTimeout):
        return UTC


class NamedOrganisations:
    """Some organisations by their short names. One that is not made yet may be later; an id once known stays."""

    def __init__(self, slugs: Collection[str]) -> None:
        self._unknown = frozenset(slugs)
        self._ids: frozenset[int] = frozenset()

    def __contains__(self, organisation_id: int) -> bool:
        if organisation_id in self._ids:
            return True
        if not self._unknown:
            return False
        found = {}
        for slug in self._unknown:
            try:
                found[slug] = organisation_named(slug)
            except NotFound:
                continue
        self._ids |= frozenset(found.values())
        self._unknown -= frozenset(found)
        return organisation_id in self._ids
