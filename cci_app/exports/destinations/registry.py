"""Destinations by name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cci_app.core.errors import Conflict, InvalidInput
from cci_app.integrations.patience import speaks_safely
from cci_app.integrations.ports import Destination
from config.settings import Environment, Settings

if TYPE_CHECKING:
    from cci_app.integrations.sharepoint import SharePoint
    from cci_app.integrations.sheets import GoogleSheets


def destination(name: str, settings: Settings, organisation: str) -> Destination:
    """The destination of that name, ready to deliver the exports of the organisation with that short name.

    Raises InvalidInput for a name there is none of and where its settings are missing, naming them; Conflict where the
    settings belong to another organisation. It speaks to nobody yet.
    """
    make = DESTINATIONS.get(name)
    if make is None:
        raise InvalidInput(f"there is no destination {name}: use one of {', '.join(DESTINATIONS)}")
    # The settings are of one deployment and lead to one organisation's folders: another's record has no place there.
    if organisation != settings.default_organisation:
        raise Conflict(f"the destination {name} belongs to another organisation: download the export instead")
    return make(settings)


def _folder(settings: Settings) -> Destination:
    from cci_app.exports.destinations.folder import Folder

    return Folder(*_needed(settings, "folder", "export_folder"))


def sharepoint(settings: Settings) -> "SharePoint":
    """The folder of SharePoint that the settings name. Raises InvalidInput."""
    from cci_app.core.sealed import Seal
    from cci_app.integrations.graph import Account, Site
    from cci_app.integrations.sharepoint import SEAL_PURPOSE, Library, SharePoint
    from cci_app.integrations.upload import Conflict as ConflictRule

    needed = ("sharepoint_tenant_id", "sharepoint_client_id", "sharepoint_client_secret", "sharepoint_site")
    tenant_id, client_id, client_secret, site_name = _needed(settings, "sharepoint", *needed)
    plain_http = settings.environment is not Environment.PRODUCTION
    _check_addresses(settings, plain_http, "graph_base_url", "graph_authority")
    site = Site.parse(site_name)
    if site is None:
        raise InvalidInput("SHAREPOINT_SITE is written as host:/sites/name, or as the site's address")
    base_url, authority = settings.graph_base_url, settings.graph_authority
    return SharePoint(
        Account(tenant_id, client_id, client_secret, base_url, authority, plain_http=plain_http),
        Library.named(site, settings.sharepoint_drive, settings.sharepoint_folder),
        ConflictRule(settings.sharepoint_conflict),
        Seal(settings.secret_key, SEAL_PURPOSE),
    )


def google_sheets(settings: Settings) -> "GoogleSheets":
    """The Google Sheet that the settings name. Raises InvalidInput."""
    from google.auth.exceptions import GoogleAuthError

    from cci_app.integrations.sheets import GoogleSheets, Spreadsheet, addresses

    (secret,) = _needed(settings, "google_sheets", "google_service_account")
    share_with = addresses(settings.google_share_with)
    if settings.google_spreadsheet_id is None and not share_with:
        raise InvalidInput("the destination google_sheets needs GOOGLE_SPREADSHEET_ID or GOOGLE_SHARE_WITH to be set")
    plain_http = settings.environment is not Environment.PRODUCTION
    _check_addresses(settings, plain_http, "google_sheets_url", "google_drive_url")
    account = _service_account(secret.get_secret_value())
    if not speaks_safely(account.get("token_uri", ""), plain_http=plain_http):
        raise InvalidInput("the token_uri in GOOGLE_SERVICE_ACCOUNT has to begin with https://")
    spreadsheet = Spreadsheet(
        id=settings.google_spreadsheet_id,
        sheet=settings.google_sheet_name,
        share_with=share_with,
        sheets_url=settings.google_sheets_url,
        drive_url=settings.google_drive_url,
    )
    try:
        return GoogleSheets(account, spreadsheet)
    except (ValueError, GoogleAuthError) as error:
        raise InvalidInput(_NO_KEY) from error


_NO_KEY = "GOOGLE_SERVICE_ACCOUNT has to be the JSON key of a service account, or the path of a file with it"


def _service_account(text: str) -> dict[str, str]:
    try:
        account = json.loads(text if text.lstrip().startswith("{") else Path(text).read_text())
    except (OSError, ValueError) as error:
        # The error may repeat the key.
        raise InvalidInput(_NO_KEY) from (error if isinstance(error, OSError) else None)
    if not isinstance(account, dict):
        raise InvalidInput(_NO_KEY)
    return account


def _needed(settings: Settings, name: str, *fields: str) -> tuple[Any, ...]:
    missing = [field.upper() for field in fields if getattr(settings, field) is None]
    if missing:
        raise InvalidInput(f"the destination {name} needs {', '.join(missing)} to be set")
    return tuple(getattr(settings, field) for field in fields)


def _check_addresses(settings: Settings, plain_http: bool, *fields: str) -> None:
    for field in fields:
        if not speaks_safely(getattr(settings, field), plain_http=plain_http):
            raise InvalidInput(f"{field.upper()} has to begin with https://")


DESTINATIONS: dict[str, Callable[[Settings], Destination]] = {
    "folder": _folder,
    "sharepoint": sharepoint,
    "google_sheets": google_sheets,
}
