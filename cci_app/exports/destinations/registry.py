"""Destinations by name."""

from collections.abc import Callable

from cci_app.core.errors import Conflict, InvalidInput
from cci_app.exports.destinations.ports import Destination
from config.settings import Settings


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

    if settings.export_folder is None:
        raise InvalidInput("the destination folder needs EXPORT_FOLDER to be set")
    return Folder(settings.export_folder)


DESTINATIONS: dict[str, Callable[[Settings], Destination]] = {"folder": _folder}
