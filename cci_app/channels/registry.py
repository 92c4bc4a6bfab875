"""The channels there are, by kind."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cci_app.channels.accounts import account_of, channel_accounts, name_in, service_of
from cci_app.channels.api import Api
from cci_app.channels.functions import Functions
from cci_app.channels.kinds import KINDS, unopened
from cci_app.channels.manychat import Manychat
from cci_app.channels.message import Address, Part
from cci_app.channels.ports import Channel, Signals, WritesAddresses, fitted
from cci_app.channels.trial import TrialPage
from cci_app.channels.twilio import Twilio
from cci_app.channels.web import WebPage
from cci_app.core.daemon_threads import DaemonThreads
from cci_app.core.errors import CannotStart, CciError, Unavailable
from config.settings import Settings

log = structlog.get_logger(__name__)

# A vendor that is slow to show it keeps no answer.
_SIGNAL_SECONDS = 0.05
_signalling = DaemonThreads("typing", size=8)


class Channels(Mapping[str, Channel]):
    """Channels by kind, ready to use in any thread."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = dict(channels)

    def __getitem__(self, kind: str) -> Channel:
        return self._channels[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._channels)

    def __len__(self) -> int:
        return len(self._channels)

    def address_of(self, user_id: str) -> Address | None:
        """Where a person can be reached who is known by a channel's own id (`manychat:815`)."""
        kind, _, own = user_id.partition(":")
        return Address(kind, kind, own) if own and kind in self._channels else None

    def address_by(self, account: str, user_id: str) -> Address:
        """Where an account of ours, called so, reaches whoever is known by that id, who may never have written."""
        kind = account.partition(":")[0]
        channel = self.get(kind)
        own = user_id.removeprefix(f"{kind}:")
        return Address(kind, account, channel.written_for(own) if isinstance(channel, WritesAddresses) else own)

    def can_push(self, organisation_id: int, address: Address | None) -> bool:
        """Whether that organisation can send anything there, as far as can be told now."""
        try:
            channel = self.sender(organisation_id, address)
        except Unavailable as error:
            log.warning("channel_account_unknown", reason=error.message)
            return False
        return channel is not None and channel.limits.pushes

    def sender(self, organisation_id: int, address: Address | None) -> Channel | None:
        """The channel by which that organisation sends there; None where it has none.

        Where a channel has accounts, it is the organisation's own, never another's. Raises Unavailable where that
        cannot be told now.
        """
        if address is None or address.channel not in self:
            return None
        has_accounts = address.channel in channel_accounts.kinds
        if not has_accounts:
            return self[address.channel]
        return _own(organisation_id, address.channel, name_in(address.account))

    def fitted(self, address: Address | None, parts: Sequence[Part]) -> tuple[Part, ...]:
        """The parts as they leave for that address, each one message of its channel."""
        known = self.get(address.channel) if address else None
        return tuple(parts) if known is None else fitted(parts, known.limits)

    def signal(self, organisation_id: int, address: Address | None, event_id: str | None) -> None:
        """Show a person that an answer to that event is on its way, where their channel can; nobody waits for it."""
        with suppress(Unavailable, RuntimeError, TimeoutError):
            channel = self.sender(organisation_id, address)
            if address is not None and isinstance(channel, Signals):
                _signalling.run(lambda: channel.typing(address, event_id), _SIGNAL_SECONDS)

    def close(self) -> None:
        """Close their connections."""
        for channel in self._channels.values():
            channel.close()


def _own(organisation_id: int, kind: str, name: str | None) -> Channel | None:
    try:
        account = account_of(organisation_id, kind, name)
        channel: Channel | None = None if account is None else service_of(account)
    except (DBAPIError, PoolTimeout) as error:
        raise Unavailable(f"the organisation's account of {kind} cannot be looked up at present") from error
    except CciError as error:
        log.warning("channel_account_unusable", kind=kind, reason=error.message)
        return None
    return channel


def load_channels(settings: Settings) -> Channels:
    """Make the channels: ours, and those of the modules that CHANNEL_MODULES names.

    Such a module has a function `channels(settings)` that returns its channels; where those have accounts, `KINDS` has
    their kinds. Raises CannotStart for one that cannot be imported, or has no such function.
    """
    made: list[Channel] = [
        Api(),
        Functions(),
        TrialPage(),
        WebPage(),
        # They render; whose account a message leaves by is for the organisation to say.
        Manychat(None, settings.manychat_base_url),
        Twilio(),
        *unopened(),
    ]
    for dotted in settings.channel_modules:
        try:
            module = import_module(dotted)
            made += module.channels(settings)
            KINDS.update({kind.name: kind for kind in getattr(module, "KINDS", ())})
        except Exception as error:
            raise CannotStart(f"CHANNEL_MODULES={dotted}: {type(error).__name__}: {error}") from error
    return Channels({channel.kind: channel for channel in made})
