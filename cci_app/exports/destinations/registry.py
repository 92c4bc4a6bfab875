"""Destinations by name."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cci_app.core.errors import Conflict, InvalidInput
from cci_app.exports.destinations.patience import speaks_safely
from cci_app.exports.destinations.ports import Destination
from config.settings import Environment, Settings

if TYPE_CHECKING:
    from cci_app.exports.destinations.sharepoint import SharePoint


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
    from cci_app.exports.destinations.graph import Account, Site
    from cci_app.exports.destinations.sharepoint import SEAL_PURPOSE, Library, SharePoint
    from cci_app.exports.destinations.upload import Conflict as ConflictRule

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


def _needed(settings: Settings, name: str, *fields: str) -> tuple[Any, ...]:
    missing = [field.upper() for field in fields if getattr(settings, field) is None]
    if missing:
        raise InvalidInput(f"the destination {name} needs {', '.join(missing)} to be set")
    return tuple(getattr(settings, field) for field in fields)


def _check_addresses(settings: Settings, plain_http: bool, *fields: str) -> None:
    for field in fields:
        if not speaks_safely(getattr(settings, field), plain_http=plain_http):
            raise InvalidInput(f"{field.upper()} has to begin with https://")


DESTINATIONS: dict[str, Callable[[Settings], Destination]] = {"folder": _folder, "sharepoint": sharepoint}
