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
        """What our book knows of the person with that phone, as `ContactCard.told`; None for a stranger."""
        with tenant_transaction(self._organisation_id) as session:
            card = book.find(session, self._organisation_id, user_id, self._settings.default_region)
        return card.told() if card else None

    def find_contact_by_phone(self, phone: str) -> dict[str, Any] | None:
        """The same as `get_contact_info`, by the name that some agents know."""
        return self.get_contact_info(phone)

    def reload(self, confirm: int | None = None) -> dict[str, Any]:
        """Read the workbook of `CONTACTS_EXCEL_PATH` anew; the summary of a ReloadDiff.

        Raises a CciError, and then nothing has changed: RemovesMany where more than a tenth of the book would go and
        `confirm` is not their number.
        """
        data = fetch_workbook(self._settings)
        region = self._settings.default_region
        return reload.apply(self._organisation_id, data, region, confirm=confirm).summary()

    @property
    def count(self) -> int:
        """How many contacts there are."""
        with tenant_transaction(self._organisation_id) as session:
            return book.count(session, self._organisation_id)


def get_contacts_manager() -> ContactsManager:
    """The contact book of the default organisation; call it in the application's context. Raises NotFound."""
    settings: Settings = current_app.config["SETTINGS"]
    return ContactsManager(organisation_named(settings.default_organisation), settings)
