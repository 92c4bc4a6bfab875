"""What a refusal of a service that is kept the same with us means: to wait, to give up, or that nobody knows."""

from cci_app.core.errors import CciError, Conflict, InvalidInput, NotFound, Unavailable
from cci_app.integrations.patience import pause_named

_COME_BACK_SECONDS = 60
_LONGEST_REASON = 300


class WriteUncertain(Unavailable):
    """Nobody knows whether the service did it."""


def refusal(service: str, status: int, said: str, pause: str, *, reads: bool, credentials: str, thing: str) -> CciError:
    """The error of an answer that is none of success.

    `pause` is its Retry-After, `credentials` names what may be wrong where it knows nobody, `thing` what is not there;
    `reads`: it was asked for something, and changed nothing.
    """
    if status in {429, 503}:
        named = pause_named(pause)
        seconds = _COME_BACK_SECONDS if named is None else int(named)
        return Unavailable(f"{service} asks to wait ({status})", retry_after=seconds)
    if status in {401, 403}:
        return Conflict(f"{service} does not accept {credentials} ({status})")
    if status == 404:
        return NotFound(f"{service} has no such {thing}")
    if status >= 500 or status == 408:
        told = f"{service} answered {status}"
        return Unavailable(told) if reads else WriteUncertain(told)
    return InvalidInput(f"{service} answered {status}: {said[:_LONGEST_REASON]}")
