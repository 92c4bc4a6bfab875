"""The accounts at which people write: added by what each kind asks for, connected to a telephone, and removed."""

import base64
from typing import Any

from flask import Blueprint, request

from cci_app.admin.outside.accounts import add_channel, remove_channel
from cci_app.admin.outside.schemas import ChannelAccountPayload
from cci_app.channels.accounts import channel_accounts, pairing_code
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import CciError, Conflict, Forbidden, NotFound
from cci_app.core.outside.kind import AccountKind
from cci_app.dashboard.asked import loaded
from cci_app.dashboard.channel_words import fields_to_fill
from cci_app.dashboard.choices import assistants_of
from cci_app.dashboard.frame import go, may_change, organisation_id, page

_HERE = "/admin/settings"
_FIELD = "field-"


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/settings/channels/new")(show_channel_kinds)
    pages.get("/settings/channels/new/<string:kind>")(show_account_form)
    pages.post("/settings/channels/new/<string:kind>")(add_account)
    pages.get("/settings/channels/<string:kind>/<string:name>/code")(show_pairing_code)
    pages.post("/settings/channels/<string:kind>/<string:name>/remove")(remove_account)


def show_channel_kinds() -> str:
    """What there may be an account at."""
    _expect_admin()
    return page("channel_kinds", kinds=list(channel_accounts.kinds))


def show_account_form(kind: str, problem: CciError | None = None) -> str:
    """What an account of that kind asks for; what was written stays, but for its secrets."""
    _expect_admin()
    asks = _kind_of(kind)
    secrets = {f"{_FIELD}{name}" for name in asks.fields.secret_names()}
    written = {name: value for name, value in request.form.items() if name not in secrets}
    return page(
        "channel_new",
        kind=kind,
        fields=fields_to_fill(asks),
        prefix=_FIELD,
        written=written,
        assistants=assistants_of(get_conversation().catalogue.specs(organisation_id())),
        problem=problem,
    )


def add_account(kind: str) -> Any:
    """Add an account."""
    secret = _kind_of(kind).fields.secret_names()
    given = {
        name.removeprefix(_FIELD): value for name, value in request.form.items() if name.startswith(_FIELD) and value
    }
    order = {
        "kind": kind,
        "name": request.form.get("name", "").strip(),
        "settings": {name: value for name, value in given.items() if name not in secret},
        "secrets": {name: value for name, value in given.items() if name in secret},
        "assistant": request.form.get("assistant") or None,
    }
    try:
        add_channel(organisation_id(), loaded(ChannelAccountPayload(), order))
    except CciError as error:
        return show_account_form(kind, error)
    return go(f"{_HERE}#channels")


def show_pairing_code(kind: str, name: str) -> str:
    """The code that connects a telephone to an account; the page asks for the next one while it is looked at."""
    _expect_admin()
    code, problem = None, None
    try:
        code = base64.b64encode(pairing_code(organisation_id(), kind, name)).decode()
    except NotFound:
        raise
    except CciError as error:
        problem = error
    return page("channel_code", kind=kind, name=name, code=code, problem=problem, is_done=isinstance(problem, Conflict))


def remove_account(kind: str, name: str) -> Any:
    """Remove an account."""
    remove_channel(organisation_id(), kind, name)
    # The page is there already: a part of it would be looked for in what it shows.
    return go(_HERE)


def _kind_of(name: str) -> AccountKind[Any, Any]:
    if name not in channel_accounts.kinds:
        raise NotFound("there is no such kind of account")
    return channel_accounts.kinds[name]


def _expect_admin() -> None:
    if not may_change():
        raise Forbidden("this takes the role admin")
