"""Adding and removing the accounts at which people write, by whoever may: the API, and the page over it."""

from collections.abc import Mapping
from typing import Any

from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.conversation.service import get_conversation
from cci_app.core.outside.register import Listed


def add_channel(organisation_id: int, payload: Mapping[str, Any]) -> Listed:
    """Add an account, as `ChannelAccountPayload` reads it.

    Raises InvalidInput, which names what is missing or wrong, for an assistant that there is not, and Conflict.
    """
    if payload["assistant"] is not None:
        get_conversation().assistant(organisation_id, payload["assistant"])
    added = channel_accounts.add(organisation_id, **payload)
    forget_accounts()
    return added


def remove_channel(organisation_id: int, kind: str, name: str) -> None:
    """Remove an account with its secrets. Raises NotFound, and Conflict for that of the environment."""
    channel_accounts.remove(organisation_id, kind, name)
    forget_accounts()
