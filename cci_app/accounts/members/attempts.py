"""Guessing passwords is made slow, without a way to lock anybody else out.

Attempts are counted where they come from: a device on which the member signed in before has a count of its own, which
nobody else can use up; from anywhere else the address and the account together. Nobody's failures close an account:
they make those who come from elsewhere wait.
"""

import secrets
import threading
import time

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from limits import parse

from cci_app.accounts.hashed import hash_secret
from cci_app.core.errors import TooManyRequests
from cci_app.core.http.limits import RateLimits

OF_PLACE = parse("10/15 minutes")
OF_ADDRESS = parse("100/15 minutes")
# More than are counted; only how many there were matters.
OF_ACCOUNT = parse("1000/hour")
_FREE_FAILURES = 5
_FIRST_WAIT_SECONDS = 0.25
_LONGEST_WAIT_SECONDS = 4.0
# Of each process: those who wait must not hold the threads that others need.
WAITING_AT_ONCE = 8
_waiting = threading.BoundedSemaphore(WAITING_AT_ONCE)


class Attempt:
    """One attempt to sign in to an account. Raises TooManyRequests when it is one too many; may wait."""

    def __init__(self, email: str, address: str, known_device: str | None) -> None:
        self._account = hash_secret(email)
        self._place = ("sign-in", self._account, f"device:{known_device}" if known_device else f"from:{address}")
        self._address = ("sign-in", address)
        _limits().count(OF_PLACE, *self._place)
        if known_device is None:
            # Many people may sign in from one address; only failures are counted of it.
            _limits().check(OF_ADDRESS, *self._address)
            _wait(waiting_seconds(_limits().counted(OF_ACCOUNT, "sign-in", self._account)))

    def failed(self) -> None:
        """Count a failure of the account, and of the address."""
        _limits().note(OF_ADDRESS, *self._address)
        _limits().note(OF_ACCOUNT, "sign-in", self._account)

    def succeeded(self) -> None:
        """Forget the attempts from here."""
        _limits().clear(OF_PLACE, *self._place)


def waiting_seconds(failures: int) -> float:
    """How long the next one waits after so many failures of an account."""
    beyond = failures - _FREE_FAILURES
    # The exponent is bounded, as the wait is.
    return 0.0 if beyond < 0 else min(_FIRST_WAIT_SECONDS * 2.0 ** min(beyond, 10), _LONGEST_WAIT_SECONDS)


def device_of(email: str, kept: str | None) -> str:
    """What the browser keeps from now on, to be known as a device of that member: what it was known by, or new."""
    return remember_device(email, known_device(kept, email) or secrets.token_urlsafe(16))


def remember_device(email: str, device: str) -> str:
    """What the browser keeps, to be known as a device of that member: `device` is random."""
    return _signer().dumps([email, device])


def known_device(kept: str | None, email: str) -> str | None:
    """The device that a browser proves to be; None for a stranger's, or another member's."""
    try:
        owner, device = _signer().loads(kept or "")
    except (BadSignature, ValueError, TypeError):
        return None
    return str(device) if owner == email else None


def _wait(seconds: float) -> None:
    if not seconds:
        return
    if not _waiting.acquire(blocking=False):
        raise TooManyRequests("too many attempts: wait and try again", retry_after=5)
    try:
        time.sleep(seconds)
    finally:
        _waiting.release()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SETTINGS"].secret_key.get_secret_value(), salt="known device")


def _limits() -> RateLimits:
    limits: RateLimits = current_app.extensions["cci_limits"]
    return limits
