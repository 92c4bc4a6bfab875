"""The product that takes every delivery and every key for genuine, for a control.

The protection is taken off here, in a process of the benchmark; the product has no switch for it.
"""

from cci_app import after_fork, before_exit
from cci_app.accounts import api_key
from cci_app.accounts.caller import Caller, Proof, Scope
from cci_app.channels.email.channel import Email
from cci_app.channels.meta.channel import MetaCloud
from cci_app.channels.telegram.channel import Telegram
from cci_app.channels.twilio import Twilio
from cci_app.channels.waha.channel import Waha

__all__ = ["after_fork", "app", "before_exit"]

_FIRST_ORGANISATION = 1


def _anybodys(_key: str) -> Caller:
    return Caller(_FIRST_ORGANISATION, "key:anybody", Proof.API_KEY, frozenset(Scope))


assert "find_caller" in vars(api_key)
vars(api_key)["find_caller"] = _anybodys
for _channel in (Email, MetaCloud, Telegram, Twilio, Waha):
    assert "verify" in vars(_channel)
    _channel.verify = lambda *_: True  # type: ignore[method-assign]

from wsgi import app  # noqa: E402 (made with the changed parts)
