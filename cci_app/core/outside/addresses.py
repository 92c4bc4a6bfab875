"""Where a secret may be sent: the addresses of a service that whoever adds an account may name.

The environment belongs to whoever runs the installation, who may name any address. An account that an organisation adds
goes to the service's own hosts: another address would have this process send requests and secrets to wherever it says.
"""

from collections.abc import Mapping

import httpx
from pydantic import AfterValidator, ValidationInfo

from config.addresses import SERVICES

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

# Keys of the validation's context.
OPERATOR = "operator"
PLAIN_HTTP = "plain_http"


def speaks_safely(address: str, *, plain_http: bool) -> bool:
    """Whether a secret may be sent to an address: by https, or where `plain_http` allows it to this machine."""
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, TypeError):
        return False
    return bool(url.host) and (url.scheme == "https" or (plain_http and url.scheme == "http" and url.host in _LOOPBACK))


def at_service(*hosts: str, like: str) -> AfterValidator:
    """Hold a field to addresses of a service at one of these hosts: `Annotated[str, at_service("example.org")]`.

    `like` is the setting whose addresses are the same: what was copied with a path of the service's own works too.
    """

    def check(address: str, info: ValidationInfo) -> str:
        fault = address_fault(address, hosts, info.context or {})
        if fault:
            raise ValueError(fault)
        return SERVICES[like](address)

    return AfterValidator(check)


def address_fault(address: str, hosts: tuple[str, ...], context: Mapping[str, bool]) -> str | None:
    """Why a secret may not be sent to that address; None where it may."""
    plain_http = context.get(PLAIN_HTTP, False)
    if not speaks_safely(address, plain_http=plain_http):
        return "has to begin with https://"
    url = httpx.URL(address)
    at_home = url.host in hosts and url.port is None and not url.userinfo
    if at_home or context.get(OPERATOR, False) or (plain_http and url.host in _LOOPBACK):
        return None
    return f"has to be an address at {' or '.join(hosts)}"
