"""Rules of the door: every route names how its callers prove themselves, or stands on the short public list."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask
from werkzeug.routing import Rule
from werkzeug.utils import import_string

from cci_app import create_app
from cci_app.accounts.caller import Access, Caller, Proof, Role, Scope
from cci_app.blueprints import BLUEPRINTS, STRATEGIES
from tests.conftest import make_settings

PUBLIC = {
    *("/health", "/api/v1/health", "/docs", "/openapi.json", "/docs/static/<path:name>"),
    *("/login", "/logout", "/login/forgot", "/login/invitation/<token>", "/login/reset/<token>"),
    *("/sign-up", "/sign-up/<token>"),
    *("/chat.js", "/chat/<string:chat>"),
    *("/certificates/<token>", "/check/<slug>/<number>/<code>", "/plans/<token>", "/files/<token>"),
    *("/login/microsoft", "/login/microsoft/callback", "/login/passkey", "/login/passkey.js"),
    *("/auth/login", "/auth/refresh", "/auth/register", "/static/<path:name>"),
}


@pytest.fixture(scope="module")
def idle() -> Iterator[Flask]:
    """An application whose database and Redis are not there: its door and its description need neither."""
    app = create_app(make_settings("postgresql://nobody@127.0.0.1/none", "redis://127.0.0.1:1/0"))
    stray = Blueprint("stray", __name__)
    stray.add_url_rule("/stray", view_func=lambda: "open")
    app.register_blueprint(stray)
    app.add_url_rule("/without-blueprint", view_func=lambda: "open")
    yield app
    app.extensions["cci_redis"].close()


def accesses(app: Flask) -> dict[str, Access]:
    """What each registered blueprint asks."""
    found = {import_string(dotted).name: access for dotted, access in BLUEPRINTS}
    return {name: found[name] for name in app.blueprints if name in found}


def ours(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.rule not in {"/stray", "/without-blueprint"}]


def test_every_route_has_a_strategy_or_is_public(idle: Flask) -> None:
    named = accesses(idle)
    open_routes = set()
    for rule in ours(idle):
        access = named[rule.endpoint.rpartition(".")[0]]
        if access.is_open:
            open_routes.add(rule.rule)
        else:
            assert set(access.proofs) <= set(STRATEGIES), rule
            assert access.scope or access.reads or access.changes, rule
    assert open_routes == PUBLIC


def test_every_strategy_is_described_and_asked_for(idle: Flask) -> None:
    document: dict[str, Any] = idle.test_client().get("/openapi.json").json  # type: ignore[assignment]
    schemes = document["components"]["securitySchemes"]
    strategies = idle.extensions["cci_strategies"]
    assert set(strategies) == set(Proof)
    assert set(schemes) == {name for strategy in strategies.values() for name in strategy.schemes}
    asked = {
        name
        for path in document["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
        for way in operation["security"]
        for name in way
    }
    assert asked == set(schemes)


@pytest.mark.parametrize("path", ["/stray", "/without-blueprint"])
def test_what_names_no_access_is_closed(idle: Flask, path: str) -> None:
    answer = idle.test_client().get(path, headers={"X-API-Key": "cci_any"})
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["error"]["message"] == "this address is closed"


def test_nobody_may_do_what_is_not_named() -> None:
    every_scope = Caller(1, "key:1", Proof.API_KEY, scopes=frozenset(Scope))
    nothing = Caller(1, "key:2", Proof.API_KEY)
    owner = Caller(1, "member:1", Proof.API_KEY, role=Role.OWNER)
    for changing in (False, True):
        asks_nothing = Access((Proof.API_KEY,))
        assert not any(asks_nothing.admits(caller, changing=changing) for caller in (every_scope, nothing, owner))
        asks_a_scope = Access((Proof.API_KEY,), Scope.ADMIN)
        assert asks_a_scope.admits(every_scope, changing=changing)
        assert not asks_a_scope.admits(nothing, changing=changing)
        assert not asks_a_scope.admits(owner, changing=changing)
        assert not Access((), Scope.ADMIN).admits(every_scope, changing=changing)


@pytest.mark.parametrize(
    ("role", "may_read", "may_change"),
    [(Role.VIEWER, True, False), (Role.AGENT, True, False), (Role.ADMIN, True, True), (Role.OWNER, True, True)],
)
def test_a_role_may_what_lesser_ones_may(role: Role, may_read: bool, may_change: bool) -> None:
    access = Access((Proof.API_KEY,), reads=Role.VIEWER, changes=Role.ADMIN)
    member = Caller(1, "member:1", Proof.API_KEY, role=role)
    assert access.admits(member, changing=False) is may_read
    assert access.admits(member, changing=True) is may_change
