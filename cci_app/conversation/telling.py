"""An account of the organisation's writes to somebody, whether or not they ever wrote."""

from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from cci_app.channels.accounts import written_name
from cci_app.channels.message import Address, Part
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import OutboundReason
from cci_app.conversation.outbox import put
from cci_app.conversation.service import get_conversation
from cci_app.core.outside.register import Account
from config.settings import Settings


def tell(
    session: Session, account: Account[Any, Any], user_id: str, part: Part, key: str, address: Address | None = None
) -> int | None:
    """Have an account write to somebody, once for each key, in the session's transaction; the message's id, None again.

    Without an `address` it is the one that the account's channel writes to whoever has that user id.
    """
    settings: Settings = current_app.config["SETTINGS"]
    return put(
        session,
        Person(account.organisation_id, account.assistant or settings.default_assistant, user_id),
        part,
        reason=OutboundReason.NOTICE,
        key=key,
        address=address or get_conversation().channels.address_by(written_name(account), user_id),
        pushable=True,
    )
