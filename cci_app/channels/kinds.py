"""The kinds of channel accounts: a new one is its fields, the service that they open, and an entry in `KINDS`."""

from typing import Annotated, Any, ClassVar

from pydantic import SecretStr, field_validator

from cci_app.channels.manychat import Manychat
from cci_app.core.outside.addresses import at_service
from cci_app.core.outside.kind import AccountKind, Fields
from config.settings import Settings


class ManychatFields(Fields):
    """A page at Manychat."""

    variables: ClassVar = {"api_key": "manychat_api_key", "base_url": "manychat_base_url"}

    api_key: SecretStr
    base_url: Annotated[str, at_service("api.manychat.com")] = "https://api.manychat.com"

    @field_validator("api_key")
    @classmethod
    def _of_a_header(cls, key: SecretStr) -> SecretStr:
        text = key.get_secret_value()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("has to be the key as Manychat shows it, without spaces")
        return key


def _page(fields: ManychatFields) -> str | None:
    """The page, which stands before the colon of its key."""
    page, colon, _ = fields.api_key.get_secret_value().partition(":")
    return page if colon and page.isdecimal() else None


def _manychat(fields: ManychatFields, _settings: Settings) -> Manychat:
    return Manychat(fields.api_key.get_secret_value(), fields.base_url)


MANYCHAT: AccountKind[ManychatFields, Manychat] = AccountKind(
    "manychat", "a page at Manychat", ManychatFields, _manychat, _page
)
KINDS: dict[str, AccountKind[Any, Any]] = {kind.name: kind for kind in (MANYCHAT,)}
