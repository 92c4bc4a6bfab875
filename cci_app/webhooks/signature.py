"""A channel proves itself by its own signature over what it sends."""

from collections.abc import Mapping
from typing import Any

from flask import Request, current_app

from cci_app.accounts.caller import Caller, Proof, Scope
from cci_app.channels.accounts import account_at, service_of, written_name
from cci_app.channels.ports import Channel, Greeted, Incoming
from cci_app.core.errors import CciError, Forbidden, Unauthorized
from cci_app.core.http.parser import reading_body
from cci_app.core.outbound.addresses import is_loopback
from cci_app.core.outside.register import DEFAULT, Account
from config.settings import Settings

# The blueprints of what channels call.
_ADDRESSES = frozenset({"webhooks", "webhook_alias"})
# The address that names neither.
_OF_ALIAS = {"kind": "waha", "account": DEFAULT}
# Whoever is told of in one of these came by a proxy, whatever address the connection has.
_PROXIED = frozenset({"x-forwarded-for", "forwarded", "x-real-ip", "via", "cf-connecting-ip"})


class ChannelSignatures:
    """The signature of the account that the address names; each kind of channel has its header, and its way."""

    asks = "sign the request as the channel does, with the secret of an account that is known here"
    for_members = False
    schemes: Mapping[str, Mapping[str, Any]] = {
        "channelSignature": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Hub-Signature-256",
            "description": "The channel's signature over the raw body; the header is each channel's own",
        }
    }

    def claimed(self, request: Request) -> bool:
        """Whatever comes to a channel's address is meant to be the channel's, which alone knows where it signs."""
        return request.blueprint in _ADDRESSES

    def secret(self, request: Request) -> str:  # noqa: ARG002 (the port's)
        """None: a signature is computed, and another one each time."""
        return ""

    def prove(self, request: Request) -> Caller:
        """Find the account and have its channel look at the signature."""
        account, channel, incoming = delivery(request)
        if account is None or channel is None:
            raise Unauthorized(self.asks)
        if not channel.verify(incoming):
            if isinstance(channel, Greeted) and incoming.method == "GET":
                raise Forbidden("this is not the word that was agreed on")
            # As if there were no such account.
            raise Unauthorized(self.asks)
        who = f"channel:{account.organisation_id}:{written_name(account)}"
        return Caller(account.organisation_id, who, Proof.CHANNEL, frozenset({Scope.MESSAGES}))


def delivery(request: Request) -> tuple[Account[Any, Any] | None, Channel | None, Incoming]:
    """What a request to a channel's address brings: its account and channel, where they are known, and the request."""
    known = {**_OF_ALIAS, **(request.view_args or {})}
    account = account_at(known["kind"], known["account"])
    with reading_body():
        body = request.get_data()
    incoming = Incoming(
        account="" if account is None else written_name(account),
        url=_called(request),
        method=request.method,
        nearby=is_loopback(request.remote_addr or "0.0.0.0") and not _PROXIED & set(request.headers.keys(lower=True)),  # noqa: S104
        headers=dict(request.headers),
        body=body,
    )
    try:
        return account, None if account is None else service_of(account), incoming
    except CciError:
        return account, None, incoming


def _called(request: Request) -> str:
    """The address that the sender called: behind a proxy only a setting knows what it is."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.webhook_base is None:
        return request.url
    return settings.webhook_base + str(request.environ.get("RAW_URI") or request.full_path.removesuffix("?"))
