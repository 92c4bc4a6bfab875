"""A limit before anybody is looked up: proofs that do not hold cost the database little, whoever sends them."""

import ipaddress
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

from cci_app.accounts.hashed import hash_secret
from cci_app.core.errors import Unauthorized
from cci_app.core.http.limits import RateLimits

# A proof that held is looked up for so long after that, however many others from its address do not hold: behind a
# proxy, or at one office, strangers must not lock out anybody who is known.
_TRUSTED_SECONDS = 900.0
_KEPT_PROOFS = 10_000


class Brake:
    """Counts the proofs that did not hold by where they came from, in this process: that takes no round trip."""

    def __init__(self) -> None:
        self._held: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextmanager
    def on(self, address: str, proof: str) -> Iterator[None]:
        """Look a proof up in this block. Raises TooManyRequests where too many from there did not hold lately."""
        limits: RateLimits = current_app.extensions["cci_limits"]
        who = ("stranger", network_of(address))
        digest = hash_secret(proof)
        if time.monotonic() > self._held.get(digest, 0.0):
            limits.check_here(limits.per_stranger, *who)
        try:
            yield
        except Unauthorized:
            self._held.pop(digest, None)
            limits.note_here(limits.per_stranger, *who)
            raise
        with self._lock:
            if len(self._held) >= _KEPT_PROOFS:
                self._held.clear()
            self._held[digest] = time.monotonic() + _TRUSTED_SECONDS


def network_of(address: str) -> str:
    """What one sender has: an IPv4 address, or the 64 bits of an IPv6 one within which they may choose."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped or ipaddress.ip_network((found, 64), strict=False).network_address)
