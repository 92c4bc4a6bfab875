"""How the people of the work are reached: which channels lead there, and whom a way names."""

from collections.abc import Mapping
from email.errors import MessageError
from email.headerregistry import Address as Mailbox
from typing import Any, Final

from flask import current_app
from sqlalchemy.orm import Session

from cci_app.channels.accounts import account_of
from cci_app.coordination.models import OutsideKind
from cci_app.core.errors import Conflict, InvalidInput
from cci_app.core.outside.register import Account
from cci_app.core.phone import to_user_id
from cci_app.core.tenants import organisation_language
from cci_app.language.detect import ADMIN_LANGUAGES
from config.settings import Settings

# Which accounts of ours reach whom, the first that there is.
CHANNELS_OF: Final[Mapping[OutsideKind, tuple[str, ...]]] = {
    OutsideKind.WHATSAPP: ("waha", "meta", "twilio"),
    OutsideKind.TELEGRAM: ("telegram",),
    OutsideKind.EMAIL: ("email",),
}
WAY_OF: Final[Mapping[str, OutsideKind]] = {kind: way for way, kinds in CHANNELS_OF.items() for kind in kinds}


def language_of(session: Session, organisation_id: int, own: str | None) -> str:
    """In which language somebody is written to: theirs, else the organisation's."""
    found = own or organisation_language(session, organisation_id)
    return found if found in ADMIN_LANGUAGES else "es"


def account_for(organisation_id: int, via: OutsideKind) -> Account[Any, Any]:
    """The organisation's account by which that way leads. Raises Conflict where it has none, or it cannot be opened."""
    for kind in CHANNELS_OF.get(via, ()):
        account = account_of(organisation_id, kind)
        if account is not None:
            return account
    kinds = " or ".join(CHANNELS_OF.get(via, ()))
    raise Conflict(f"the organisation has no channel account for {via.value}: add one of the kind {kinds}")


def user_id_at(via: OutsideKind, to: str) -> str:
    """The user id of whoever is reached so. Raises InvalidInput for what leads to nobody."""
    if via is OutsideKind.WHATSAPP:
        settings: Settings = current_app.config["SETTINGS"]
        return to_user_id(to, settings.default_region)
    if via is OutsideKind.EMAIL:
        try:
            return f"email:{Mailbox(addr_spec=to.strip()).addr_spec.lower()}"
        except (MessageError, ValueError, IndexError):
            raise InvalidInput("to has to be an address of mail, as ana@example.org") from None
    chat = to.strip().removeprefix("telegram:")
    if not chat.removeprefix("-").isdecimal() or not chat.isascii():
        raise InvalidInput("to has to be the number of a chat, as Telegram tells it to the bot: 4711")
    return f"telegram:{chat}"


def way_behind(user_id: str) -> tuple[OutsideKind, str] | None:
    """The way by which whoever has that user id is reached; None for ids of other kinds."""
    kind, _, own = user_id.partition(":")
    if own and kind in {OutsideKind.TELEGRAM, OutsideKind.EMAIL}:
        return OutsideKind(kind), own
    return (OutsideKind.WHATSAPP, user_id) if user_id.startswith("+") else None
