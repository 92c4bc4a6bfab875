"""API keys, each shown once; and the audit log, to look through and to take along."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request

from cci_app.accounts.auth import current_caller
from cci_app.accounts.caller import Scope
from cci_app.accounts.keys import list_keys, make_key, revoke_key_by_id
from cci_app.accounts.team.log import Sought, list_entries
from cci_app.accounts.team.schemas import GRANTED_SCOPES, AuditQuery, KeyPayload
from cci_app.core.errors import InvalidInput
from cci_app.dashboard.acts import act_name, groups_of_acts
from cci_app.dashboard.asked import asked, sent
from cci_app.dashboard.choices import Choices
from cci_app.dashboard.frame import go, organisation_id, page
from cci_app.dashboard.words import gettext


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/keys")(show_keys)
    pages.post("/keys")(make)
    pages.post("/keys/<int:key_id>/revoke")(revoke)
    pages.get("/audit")(show_audit)


def show_keys(made: str | None = None) -> str:
    """The keys, and one just made, this once."""
    keys = list_keys(organisation_id())
    return page(
        "team_keys",
        active=[key for key in keys if key.revoked_at is None],
        revoked=[key for key in keys if key.revoked_at is not None],
        scopes=_scopes(),
        made=made,
    )


def make() -> str:
    """Make a key."""
    given = sent(KeyPayload(), lists=("scopes",))
    key, _ = make_key(current_caller(), given["name"], {Scope(scope) for scope in given["scopes"]})
    return show_keys(made=key)


def revoke(key_id: int) -> Any:
    """Revoke a key."""
    revoke_key_by_id(current_caller(), key_id)
    return go("/admin/team/keys")


def show_audit() -> str:
    """What members, keys and commands did, the newest first."""
    problem = None
    try:
        query = asked(AuditQuery())
    except InvalidInput:
        problem = gettext("A filter cannot be used as it is: begin again without it.")
        query = asked(AuditQuery(only=("limit", "format")))
    sought = Sought(**{name: query.get(name) for name in ("who", "act", "subject", "since", "until")})
    entries = list_entries(organisation_id(), sought, limit=query["limit"], before=query.get("before"))
    filters = {name: request.args[name] for name in ("who", "act", "subject") if request.args.get(name)}
    return page(
        "team_audit",
        entries=entries,
        next=entries[-1].id if len(entries) == query["limit"] else None,
        acts=groups_of_acts(),
        act_name=act_name,
        filtered=bool(filters),
        problem=problem,
        csv=f"/api/v1/admin/audit?{urlencode({**filters, 'format': 'csv'})}",
    )


def _scopes() -> Choices:
    names = {
        Scope.MESSAGES: gettext("send messages of people"),
        Scope.USERS: gettext("see and reset where people stand"),
        Scope.ADMIN: gettext("administer: contacts, documents, members, keys"),
        Scope.EXPORT: gettext("export the record"),
    }
    return [(scope.value, names.get(scope, scope.value)) for scope in GRANTED_SCOPES]
