"""The accounts at services outside: those at which people write, and those that the data goes to and comes from.

Each is added by what its kind asks for, tried, and removed; the telephone of one is connected to it.
"""

import base64
from typing import Any

from flask import Blueprint, request

from cci_app.admin.outside.accounts import add_channel, remove_channel
from cci_app.admin.outside.routes import check_account
from cci_app.admin.outside.schemas import ChannelAccountPayload, IntegrationPayload
from cci_app.channels.accounts import channel_accounts, pairing_code
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import CciError, Conflict, Forbidden, NotFound
from cci_app.core.outside.kind import AccountKind
from cci_app.core.outside.register import Register
from cci_app.dashboard.account_words import fields_to_fill
from cci_app.dashboard.asked import loaded
from cci_app.dashboard.choices import Choices, assistants_of
from cci_app.dashboard.frame import go, may_change, organisation_id, page
from cci_app.dashboard.pages.settings import show_settings
from cci_app.dashboard.pages.work.shown import projects
from cci_app.integrations.accounts import integrations
from cci_app.integrations.crm.mapping import mappings

_HERE = "/admin/settings"
_FIELD = "field-"
_CHANNELS = "channels"
_REGISTERS: dict[str, Register[Any]] = {_CHANNELS: channel_accounts, "integrations": integrations}


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/settings/<string:register>/new")(show_account_kinds)
    pages.get("/settings/<string:register>/new/<string:kind>")(show_account_form)
    pages.post("/settings/<string:register>/new/<string:kind>")(add_account)
    pages.post("/settings/<string:register>/<string:kind>/<string:name>/check")(check)
    pages.post("/settings/<string:register>/<string:kind>/<string:name>/remove")(remove_account)
    pages.get("/settings/channels/<string:kind>/<string:name>/code")(show_pairing_code)


def show_account_kinds(register: str) -> str:
    """What there may be an account at."""
    _expect_admin()
    return page("account_kinds", register=register, kinds=list(_register(register).kinds))


def show_account_form(register: str, kind: str, problem: CciError | None = None) -> str:
    """What an account of that kind asks for; what was written stays, but for its secrets."""
    _expect_admin()
    asks = _kind_of(register, kind)
    secrets = {f"{_FIELD}{name}" for name in asks.fields.secret_names()}
    written = {name: value for name, value in request.form.items() if name not in secrets}
    return page(
        "account_new",
        register=register,
        kind=kind,
        fields=fields_to_fill(asks, {"project_id": projects(), **_mappings()}),
        prefix=_FIELD,
        written=written,
        assistants=assistants_of(get_conversation().catalogue.specs(organisation_id())),
        problem=problem,
    )


def add_account(register: str, kind: str) -> Any:
    """Add an account."""
    secret = _kind_of(register, kind).fields.secret_names()
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
        if register == _CHANNELS:
            add_channel(organisation_id(), loaded(ChannelAccountPayload(), order))
        else:
            integrations.add(organisation_id(), **loaded(IntegrationPayload(), order))
    except CciError as error:
        return show_account_form(register, kind, error)
    return go(f"{_HERE}#{register}")


def check(register: str, kind: str, name: str) -> str:
    """Try an account, sending nothing to anybody."""
    return show_settings({"register": register, **check_account(_register(register), kind, name)})


def remove_account(register: str, kind: str, name: str) -> Any:
    """Remove an account with its secrets."""
    if register == _CHANNELS:
        remove_channel(organisation_id(), kind, name)
    else:
        _register(register).remove(organisation_id(), kind, name)
    # The page is there already: a part of it would be looked for in what it shows.
    return go(_HERE)


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


def _mappings() -> dict[str, Choices]:
    """The mappings of what a CRM holds, by the field that names one."""
    things = {"mapping": "task", "leads": "lead"}
    return {
        field: [(name, name) for name, thing in mappings().items() if thing == wanted]
        for field, wanted in things.items()
    }


def _register(name: str) -> Register[Any]:
    if name not in _REGISTERS:
        raise NotFound("there is no such account")
    return _REGISTERS[name]


def _kind_of(register: str, name: str) -> AccountKind[Any, Any]:
    kinds = _register(register).kinds
    if name not in kinds:
        raise NotFound("there is no such kind of account")
    return kinds[name]


def _expect_admin() -> None:
    if not may_change():
        raise Forbidden("this takes the role admin")
