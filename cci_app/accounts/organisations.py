"""Organisations."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from psycopg2.errors import InvalidParameterValue
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from cci_app.accounts.models import Organisation
from cci_app.core.database import system_transaction
from cci_app.core.errors import InvalidInput


def ensure_organisation(slug: str, name: str, timezone: str, language: str = "es") -> int:
    """Make the organisation unless it exists; return its id. Raises InvalidInput for an unknown time zone."""
    values = {"slug": slug, "name": name, "timezone": timezone, "language": language}
    with known_timezone(timezone), system_transaction() as session:
        session.execute(insert(Organisation).values(values).on_conflict_do_nothing())
        return session.scalars(sa.select(Organisation.id).where(Organisation.slug == slug)).one()


def change_organisation(session: Session, organisation_id: int, changes: Mapping[str, str]) -> str:
    """Change `name`, `language` or `timezone`; return the time zone before. Raises InvalidInput for an unknown one."""
    organisation = session.get_one(Organisation, organisation_id, with_for_update=True)
    before = organisation.timezone
    for name, value in changes.items():
        setattr(organisation, name, value)
    with known_timezone(organisation.timezone):
        session.flush()
    return before


@contextmanager
def known_timezone(timezone: str) -> Iterator[None]:
    """Refuse a time zone that Python does not know, which schedules count with, or the database, as exports do."""
    try:
        ZoneInfo(timezone)
        yield
    except (KeyError, ValueError, OSError, DataError) as error:
        if isinstance(error, DataError) and not isinstance(error.orig, InvalidParameterValue):
            raise
        said = f"there is no time zone {timezone}: name one such as America/Bogota"
        raise InvalidInput(said, details={"timezone": [said]}) from error
