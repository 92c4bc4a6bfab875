"""Destinations of exports: a folder of the installation's, and the organisation's own integrations."""

from typing import Any

import sqlalchemy as sa
from flask import current_app

from cci_app.core.database import tenant_transaction
from cci_app.core.errors import CciError, Conflict, InvalidInput
from cci_app.core.outside.register import NAME_PATTERN, Account
from cci_app.exports.destinations.folder import Folder
from cci_app.integrations.accounts import integrations
from cci_app.integrations.kinds import GOOGLE_SHEETS, SHAREPOINT
from cci_app.integrations.ports import Destination, Parcel, Progress
from config.settings import Settings

FOLDER = "folder"
# The integrations that take what is exported.
DELIVERING = (SHAREPOINT.name, GOOGLE_SHEETS.name)
_HOW = "`flask integrations add`, or POST /api/v1/integrations"
DESTINATIONS = (FOLDER, *DELIVERING)
PATTERN = rf"{FOLDER}|({'|'.join(DELIVERING)})(:{NAME_PATTERN.removeprefix('^').removesuffix('$')})?"


def destination(name: str, organisation_id: int) -> Destination:
    """The organisation's destination of that name, such as `sharepoint` or `sharepoint:members`, ready to deliver.

    Raises InvalidInput for a name there is none of and where settings are missing, naming them; Conflict where the
    organisation has no such destination. It speaks to nobody yet.
    """
    kind, _, account_name = name.partition(":")
    if kind not in DESTINATIONS or (kind == FOLDER and account_name):
        raise InvalidInput(f"there is no destination {name}: use one of {', '.join(DESTINATIONS)}")
    if kind == FOLDER:
        return _folder(organisation_id)
    account = integrations.find(organisation_id, kind, account_name or None)
    if account is None:
        missing = integrations.missing(organisation_id, kind, account_name or None)
        raise type(missing)(f"{missing.message} ({_HOW}), or download the export")
    return OfAccount(account)


class OfAccount:
    """A destination that is an organisation's integration; its refusals are in the words of that account."""

    def __init__(self, account: Account[Any, Any]) -> None:
        """Raises InvalidInput."""
        self._account = account
        self._service: Destination = account.open()

    def deliver(self, parcel: Parcel, progress: Progress) -> str | None:
        """See Destination."""
        try:
            return self._service.deliver(parcel, progress)
        except CciError as error:
            error.message = self._account.told(error)
            raise


def _folder(organisation_id: int) -> Folder:
    settings: Settings = current_app.config["SETTINGS"]
    with tenant_transaction(organisation_id) as session:
        slug = session.scalar(sa.text("SELECT slug FROM organisations WHERE id = :id"), {"id": organisation_id})
    # The setting leads to one organisation's folder: another's record has no place there.
    if slug != settings.default_organisation:
        raise Conflict("the destination folder belongs to another organisation: download the export instead")
    if settings.export_folder is None:
        raise InvalidInput("the destination folder needs EXPORT_FOLDER to be set")
    return Folder(settings.export_folder)
