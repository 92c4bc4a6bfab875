"""Whoever has a link: what it offers is all that they may try, as often as its limits allow."""

import re
from typing import Any

from flask import current_app
from limits import parse

from cci_app.accounts.caller import Caller
from cci_app.conversation.trial import Trial
from cci_app.core.errors import NotFound
from cci_app.core.http.limits import Counted, RateLimits
from cci_app.trials.links import link_of
from cci_app.trials.models import TrialLink
from cci_app.trials.talking import Offer, begin, maker_of, read, say

# Of all who have a link together: it may travel further than it was meant to, and every message may cost money.
_PER_MINUTE = parse("20/minute")
_PER_DAY = parse("300/day")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16}")


def begin_as_guest(caller: Caller) -> tuple[TrialLink, str]:
    """The link of whoever calls, and the token of a new trial. Raises InvalidInput where what it offers is gone."""
    link = link_of(caller)
    _, trial = begin(caller, Offer(link.assistant, link.version, link.user_id))
    return link, trial.token


def read_as_guest(caller: Caller, token: str) -> dict[str, Any]:
    """A trial by that link. Raises NotFound for what is no token, InvalidInput where what the link offers is gone."""
    link = link_of(caller)
    found = read(caller.organisation_id, link.assistant, _trial(caller, link, token))
    # The contact's number stays with those who have the book.
    return {**found, "trial_id": token, "known_as": None}


def say_as_guest(caller: Caller, token: str, text: str, *, waited: float = 0.0) -> None:
    """Write a message by that link. Raises TooManyRequests, and as `read_as_guest` does."""
    link = link_of(caller)
    trial = _trial(caller, link, token)
    limits: RateLimits = current_app.extensions["cci_limits"]
    limits.count_together(*(Counted(limit, ("trial link", str(link.id))) for limit in (_PER_MINUTE, _PER_DAY)))
    say(caller.organisation_id, link.assistant, trial, text, waited=waited)


def _trial(caller: Caller, link: TrialLink, token: str) -> Trial:
    if not _TOKEN.fullmatch(token):
        raise NotFound("there is no such trial")
    return Trial(maker_of(caller), token, link.version, link.user_id)
