"""The contact book for callers outside: `get_contacts_manager()`, by the names they know."""

from typing import Any

from flask import current_app

from cci_app.contacts import book, reload
from cci_app.contacts.source import fetch_workbook
from cci_app.core.database import tenant_transaction
from cci_app.core.tenants import organisation_named
from config.settings import Settings


class ContactsManager:
    """The contact book of one organisation. Its methods need the application's context."""

    def __init__(self, organisation_id: int, settings: Settings) -> None:
        self._organisation_id = organisation_id
        self._settings = settings

    def get_contact_info(self, user_id: str) -> dict[str, Any] | None:
        """What is known of the person with that phone, as the fields of a ContactCard; None for a stranger."""
        with tenant_transaction(self._organisation_id) as session:
            card = book.find(session, self._organisation_id, user_id, self._settings.default_region)
        return card.as_dict() if card else None

    def reload(self) -> dict[str, Any]:
        """Read the workbook of `CONTACTS_EXCEL_PATH` anew; the summary of a ReloadDiff.

        Raises a CciError, and then nothing has changed.
        """
        data = fetch_workbook(self._settings)
        return reload.apply(self._organisation_id, data, self._settings.default_region).summary()

    @property
    def count(self) -> int:
        """How many contacts there are."""
        with tenant_transaction(self._organisation_id) as session:
            return book.count(session, self._organisation_id)


def get_contacts_manager() -> ContactsManager:
    """The contact book of the default organisation; call it in the application's context. Raises NotFound."""
    settings: Settings = current_app.config["SETTINGS"]
    return ContactsManager(organisation_named(settings.default_organisation), settings)
