"""An organisation's name, language and time zone; and for how long what is kept of it, which the installation says."""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from cci_app.accounts.models import Organisation
from cci_app.accounts.organisations import change_organisation
from cci_app.conversation.retention import kept_days
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.jobs.schedules import keep_hours


def read_settings(organisation_id: int) -> dict[str, Any]:
    """The organisation as it is set; `retention` has the days of each table, 0 for ever."""
    with tenant_transaction(organisation_id) as session:
        organisation = session.get_one(Organisation, organisation_id)
    settings = current_app.config["SETTINGS"]
    days = {**kept_days(settings), "export_files": settings.export_retention_days}
    return {
        **{name: getattr(organisation, name) for name in ("slug", "name", "language", "timezone", "created_at")},
        "retention": [{"table": table, "days": kept} for table, kept in days.items()],
    }


def change_settings(session: Session, organisation_id: int, changes: Mapping[str, str]) -> None:
    """Change `name`, `language` or `timezone`, on record; what runs at an hour keeps it. Raises InvalidInput."""
    before = change_organisation(session, organisation_id, changes)
    if "timezone" in changes:
        keep_hours(session, organisation_id, before, changes["timezone"])
    record(session, organisation_id, "organisation.changed", f"organisation:{organisation_id}", changes)
