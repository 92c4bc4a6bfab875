"""Which addresses belong to the public internet, and what a name resolves to."""

import ipaddress
import socket
from collections.abc import Callable, Collection

from tld import get_tld

from cci_app.core.daemon_threads import DaemonThreads

# IANA has given out global unicast addresses from this block alone. What lies outside of it (IPv4 inside IPv6, NAT64,
# site-local, multicast, ...) leads to places that a check of the IPv4 address would refuse.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# Protocol assignments (an older Python takes them for global), relays from IPv6, the host's agent on Azure.
_SPECIAL = tuple(ipaddress.IPv4Network(block) for block in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32"))

# The system's resolver cannot be told to hurry: it is asked in a thread that may be left behind.
_threads = DaemonThreads("resolver", size=16)

# Host, port and seconds to the numeric addresses of the host. Raises OSError, and TimeoutError after the seconds.
Resolve = Callable[[str, int, float], list[str]]


def is_public(address: str) -> bool:
    """Whether a numeric address is a unicast address of the public internet."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        special = ip.is_multicast or ip.is_reserved or any(ip in block for block in _SPECIAL)
        return ip.is_global and not special
    return ip in _GLOBAL_UNICAST and ip.is_global and ip.sixtofour is None and ip.teredo is None


def is_public_name(host: str) -> bool:
    """Whether a name ends as names of the public internet do. Names of a network of one's own, as a rule, do not."""
    return get_tld(f"https://{host}/", fail_silently=True) is not None


def is_loopback(address: str) -> bool:
    """Whether a numeric address is this machine's own."""
    return ipaddress.ip_address(address).is_loopback


def all_allowed(addresses: Collection[str], *, loopback: bool) -> bool:
    """Whether there are addresses, and each may be connected to: public ones, with `loopback` this machine's too."""
    return bool(addresses) and all(is_public(each) or (loopback and is_loopback(each)) for each in addresses)


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """The numeric addresses of `host`, as the system knows them. See Resolve."""
    # It also reads what only looks like a name: 0x7f.1, 2130706433.
    found = _threads.run(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), seconds)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
