"""Accounts at services outside: an organisation's integrations, and the accounts at which people write to it."""

from typing import Any

from flask import Response

from cci_app.accounts.auth import current_caller
from cci_app.admin.outside.accounts import add_channel, remove_channel
from cci_app.admin.outside.examples import CHANNEL_ACCOUNT, CHANNEL_ORDER, CHECK, INTEGRATION, ORDER
from cci_app.admin.outside.schemas import (
    AccountCheckResponse,
    AccountResponse,
    ChannelAccountPayload,
    ChannelAccountResponse,
    IntegrationPayload,
    RemovedAccountResponse,
)
from cci_app.channels.accounts import channel_accounts, pairing_code
from cci_app.core.errors import CciError, NotFound
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.outside.models import AccountState
from cci_app.core.outside.register import Listed, Register
from cci_app.integrations.accounts import integrations as register

integrations = EdgeBlueprint(
    "integrations", __name__, url_prefix="/api/v1/integrations", description="Services that the data goes to"
)
channels = EdgeBlueprint(
    "channels", __name__, url_prefix="/api/v1/channels/accounts", description="Accounts at which people write"
)


def _address(kind: str) -> list[dict[str, Any]]:
    return [
        {"in": "path", "name": "kind", "example": kind},
        {"in": "path", "name": "name", "example": "members"},
    ]


def _removed(kind: str) -> dict[str, Any]:
    return {"kind": kind, "name": "members", "removed": True}


@integrations.get("")
@integrations.response(200, AccountResponse(many=True), example=[INTEGRATION])
def list_integrations() -> Any:
    """List the organisation's integrations, that of the environment's variables first."""
    return register.list(current_caller().organisation_id)


@integrations.post("")
@integrations.arguments(IntegrationPayload, example=ORDER)
@integrations.response(201, AccountResponse, example=INTEGRATION)
@integrations.alt_response(409, "CONFLICT")
def create_integration(payload: dict[str, Any]) -> Any:
    """Add an integration. Its secrets are sealed; no answer ever shows them."""
    return register.add(current_caller().organisation_id, **payload)


@integrations.post("/<string:kind>/<string:name>/check", parameters=_address("sharepoint"))
@integrations.response(200, AccountCheckResponse, example=CHECK)
@integrations.alt_response(404, "NOT_FOUND")
def check_integration(kind: str, name: str) -> dict[str, Any]:
    """Try an integration, changing nothing, and keep what was found."""
    return check_account(register, kind, name)


@integrations.delete("/<string:kind>/<string:name>", parameters=_address("sharepoint"))
@integrations.response(200, RemovedAccountResponse, example=_removed("sharepoint"))
@integrations.alt_response(404, "NOT_FOUND")
@integrations.alt_response(409, "CONFLICT")
def delete_integration(kind: str, name: str) -> dict[str, Any]:
    """Remove an integration with its secrets."""
    register.remove(current_caller().organisation_id, kind, name)
    return {"kind": kind, "name": name, "removed": True}


@channels.get("")
@channels.response(200, ChannelAccountResponse(many=True), example=[CHANNEL_ACCOUNT])
def list_channel_accounts() -> Any:
    """List the organisation's channel accounts, that of the environment's variables first."""
    return [_channel_account(account) for account in channel_accounts.list(current_caller().organisation_id)]


@channels.post("")
@channels.arguments(ChannelAccountPayload, example=CHANNEL_ORDER)
@channels.response(201, ChannelAccountResponse, example=CHANNEL_ACCOUNT)
@channels.alt_response(409, "CONFLICT")
def create_channel_account(payload: dict[str, Any]) -> Any:
    """Add a channel account. Its secrets are sealed; no answer ever shows them."""
    return _channel_account(add_channel(current_caller().organisation_id, payload))


@channels.post("/<string:kind>/<string:name>/check", parameters=_address("manychat"))
@channels.response(200, AccountCheckResponse, example=CHECK)
@channels.alt_response(404, "NOT_FOUND")
def check_channel_account(kind: str, name: str) -> dict[str, Any]:
    """Try a channel account, sending nothing to anybody, and keep what was found."""
    return check_account(channel_accounts, kind, name)


@channels.get("/<string:kind>/<string:name>/code", parameters=_address("waha"))
@channels.response(
    200,
    {"type": "string", "format": "binary"},
    content_type="image/png",
    example="",
    description="What a telephone is to scan",
)
@channels.alt_response(404, "NOT_FOUND")
@channels.alt_response(409, "CONFLICT")
@channels.alt_response(503, "SERVICE_UNAVAILABLE")
def get_pairing_code(kind: str, name: str) -> Response:
    """Show the code by which a telephone is connected to the account, as a picture; 409 where none is to be scanned."""
    return Response(pairing_code(current_caller().organisation_id, kind, name), content_type="image/png")


@channels.delete("/<string:kind>/<string:name>", parameters=_address("manychat"))
@channels.response(200, RemovedAccountResponse, example=_removed("manychat"))
@channels.alt_response(404, "NOT_FOUND")
@channels.alt_response(409, "CONFLICT")
def delete_channel_account(kind: str, name: str) -> dict[str, Any]:
    """Remove a channel account with its secrets."""
    remove_channel(current_caller().organisation_id, kind, name)
    return {"kind": kind, "name": name, "removed": True}


def _channel_account(account: Listed) -> dict[str, Any]:
    shown = {name: getattr(account, name) for name in ChannelAccountResponse._declared_fields if name != "assistant"}
    return {**shown, "assistant": account.assistant}


def check_account(accounts: Register[Any], kind: str, name: str) -> dict[str, Any]:
    """Try an account of the caller's: the steps that worked, and what is wrong. Raises NotFound."""
    works: list[str] = []
    state, reason = AccountState.WORKING, None
    try:
        works.extend(accounts.check(current_caller().organisation_id, kind, name))
    except NotFound:
        raise
    except CciError as error:
        state, reason = AccountState.FAILING, error.message
    return {"kind": kind, "name": name, "state": state, "works": works, "reason": reason}
