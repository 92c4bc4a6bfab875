"""The contact book for callers outside: `get_contacts_manager()`, by the names they know."""

from typing import Any

from flask import current_app, has_app_context

from cci_app.contacts import book, reload
from cci_app.contacts.source import fetch_workbook
from cci_app.core.at_work import application_context
from cci_app.core.database import tenant_transaction
from cci_app.core.tenants import organisation_named
from config.settings import Settings


class ContactsManager:
    """The contact book of the default organisation.

    It may be made before there is an application; its methods need one, see `application_context`.
    """

    def __init__(self, organisation_id: int | None = None) -> None:
        self._found = organisation_id

    def get_contact_info(self, user_id: Any) -> dict[str, Any] | None:
        """What our book knows of the person with that phone, as `ContactCard.told`; None for a stranger, or nobody.

        The phone may be written in any way, as a number too.
        """
        with application_context(), tenant_transaction(self.organisation_id) as session:
            card = book.find(session, self.organisation_id, str(user_id), _settings().default_region)
        return card.told() if card else None

    def find_contact_by_phone(self, phone: Any) -> dict[str, Any] | None:
        """The same as `get_contact_info`, by the name that some agents know."""
        return self.get_contact_info(phone)

    def reload(self, confirm: int | None = None) -> dict[str, Any]:
        """Read the workbook of `CONTACTS_EXCEL_PATH` anew; the summary of a ReloadDiff.

        Raises a CciError, and then nothing has changed: RemovesMany where more than a tenth of the book would go and
        `confirm` is not their number.
        """
        with application_context():
            settings = _settings()
            data = fetch_workbook(settings)
            return reload.apply(self.organisation_id, data, settings.default_region, confirm=confirm).summary()

    @property
    def count(self) -> int:
        """How many contacts there are."""
        with application_context(), tenant_transaction(self.organisation_id) as session:
            return book.count(session, self.organisation_id)

    @property
    def organisation_id(self) -> int:
        """Whose book it is. Raises NotFound."""
        if self._found is None:
            self._found = organisation_named(_settings().default_organisation)
        return self._found


def get_contacts_manager() -> ContactsManager:
    """The contact book of the default organisation. Raises NotFound, where there is an application to ask."""
    if has_app_context():
        return ContactsManager(organisation_named(_settings().default_organisation))
    return ContactsManager()


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
