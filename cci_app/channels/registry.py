"""The channels there are, by kind."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from cci_app.channels.api import Api
from cci_app.channels.functions import Functions
from cci_app.channels.manychat import Manychat
from cci_app.channels.message import Address
from cci_app.channels.ports import Channel
from cci_app.core.errors import CannotStart
from config.settings import Settings


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

    def can_push(self, address: Address | None) -> bool:
        """Whether anything can be sent there."""
        return address is not None and address.channel in self and self[address.channel].limits.pushes

    def close(self) -> None:
        """Close their connections."""
        for channel in self._channels.values():
            channel.close()


def load_channels(settings: Settings) -> Channels:
    """Make the channels: ours, and those of the modules that CHANNEL_MODULES names.

    Such a module has a function `channels(settings)` that returns its channels. Raises CannotStart for one that cannot
    be imported, or has no such function.
    """
    key = settings.manychat_api_key
    made: list[Channel] = [
        Api(),
        Functions(),
        Manychat(key.get_secret_value() if key else None, settings.manychat_base_url),
    ]
    for dotted in settings.channel_modules:
        try:
            made += import_module(dotted).channels(settings)
        except (ImportError, AttributeError) as error:
            raise CannotStart(f"CHANNEL_MODULES={dotted}: {type(error).__name__}: {error}") from error
    return Channels({channel.kind: channel for channel in made})
