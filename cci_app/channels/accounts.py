"""The channel accounts of organisations, and those that messages come in and go out by."""

from functools import lru_cache
from typing import Any, TypeVar

import structlog

from cci_app.channels.kinds import KINDS, TENDED
from cci_app.channels.message import Address
from cci_app.channels.models import ChannelAccount
from cci_app.channels.ports import Paired
from cci_app.core.errors import CciError, NotFound
from cci_app.core.lookups import LookUps
from cci_app.core.outside.kind import Checkable
from cci_app.core.outside.models import OUTSIDE_ID_LENGTH, AccountState
from cci_app.core.outside.register import DEFAULT, Account, Register

log = structlog.get_logger(__name__)

S = TypeVar("S", bound=Checkable)

channel_accounts = Register(ChannelAccount, KINDS, "channel account")

_accounts: LookUps[tuple[int | None, str, str | None], Account[Any, Any] | None] = LookUps(1_000)


def account_of(organisation_id: int, kind: str, name: str | None = None) -> Account[Any, Any] | None:
    """The organisation's account of that kind and name, or its first one, with its secrets opened; None where none is.

    Asked of the database every five seconds at most. Raises Conflict where the secrets cannot be opened, InvalidInput
    where the environment's variables do not do.
    """
    return _accounts.find((organisation_id, kind, name), lambda: channel_accounts.find(organisation_id, kind, name))


def account_at(kind: str, outside_id: str) -> Account[Any, Any] | None:
    """The account that the channel calls so, whichever organisation's it is, in the same way; None where none is."""
    if len(outside_id) > OUTSIDE_ID_LENGTH:
        return None
    return _accounts.find((None, kind, outside_id), lambda: channel_accounts.at(kind, outside_id))


def pairing_code(organisation_id: int, kind: str, name: str) -> bytes:
    """The code that connects a telephone to an account, as a PNG. Raises NotFound, and CciError where there is none."""
    account = channel_accounts.find(organisation_id, kind, name) if kind in channel_accounts.kinds else None
    service = None if account is None else service_of(account)
    if not isinstance(service, Paired):
        raise NotFound("there is no such channel account that a telephone is connected to")
    return service.pairing_code()


def tend_accounts() -> None:
    """Have every channel that delivers by our say deliver to us, and keep how each account was found to be."""
    for organisation_id, kind, name in channel_accounts.all_of(TENDED):
        try:
            for step in channel_accounts.check(organisation_id, kind, name):
                log.debug("account_tended", kind=kind, account=name, step=step)
        except CciError as error:
            log.warning("account_failing", kind=kind, account=name, reason=error.message)


def stop_account(organisation_id: int, address: Address, reason: str) -> None:
    """Show an account as one that its channel does not accept any more, until a check finds that it does.

    An address that names none was reached by the organisation's first one.
    """
    name = name_in(address.account)
    if name is None and address.channel in channel_accounts.kinds:
        first = account_of(organisation_id, address.channel)
        name = first.name if first else None
    name = name or DEFAULT
    log.error("account_not_accepted", kind=address.channel, account=name)
    if address.channel in channel_accounts.kinds:
        channel_accounts.note(organisation_id, address.channel, name, AccountState.FAILING, reason)


def written_name(account: Account[Any, Any]) -> str:
    """What events and addresses call an account of ours."""
    return f"{account.kind.name}:{account.name}"


def name_in(written: str) -> str | None:
    """The name of an account as events and addresses call it; None where they name none, but a kind."""
    return written.partition(":")[2] or None


@lru_cache(maxsize=200)
def service_of(account: Account[Any, S]) -> S:
    """The service of an account, one for all who send through it: its connections are kept."""
    return account.open()


def forget_accounts() -> None:
    """Ask the database at the next look-up, as after a change in this process."""
    _accounts.forget_all()
