"""API keys: hashed, shown once, two at a time, revocable."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app import before_exit, create_app
from cci_app.accounts.caller import Scope
from cci_app.accounts.hashed import hash_secret
from cci_app.accounts.keys import create_key, find_caller, revoke_key
from cci_app.core import lookups
from cci_app.core.database import system_transaction
from cci_app.core.errors import Conflict
from tests.conftest import Tenant

Rows = Callable[..., list[dict[str, Any]]]


def test_a_key_names_its_caller(app: Flask, tenant: Tenant) -> None:
    caller = find_caller(tenant.key)
    assert caller is not None
    assert caller.organisation_id == tenant.organisation_id
    assert caller.scopes == set(Scope)
    assert find_caller(tenant.key + "x") is None


def test_only_the_hash_is_kept(app: Flask, tenant: Tenant, rows: Rows) -> None:
    kept = rows("SELECT * FROM api_keys WHERE organisation_id = :org", org=tenant.organisation_id)
    assert kept[0]["key_hash"] == hash_secret(tenant.key)
    assert tenant.key not in str(kept)
    assert tenant.key.startswith(kept[0]["prefix"])


def test_two_keys_of_a_name_are_active_at_most(app: Flask, tenant: Tenant) -> None:
    with system_transaction() as session:
        second = create_key(session, tenant.organisation_id, "test", {Scope.USERS})
    with pytest.raises(Conflict), system_transaction() as session:
        create_key(session, tenant.organisation_id, "test", {Scope.USERS})
    with system_transaction() as session:
        assert revoke_key(session, tenant.organisation_id, second[:12]) == 1
    assert find_caller(second) is None
    with system_transaction() as session:
        create_key(session, tenant.organisation_id, "test", {Scope.USERS})


def test_a_revoked_key_stops_working(
    app: Flask, web: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "FRESH_SECONDS", 0.0)
    path = "/api/v1/users/+573000000001/status"
    assert web.get(path, headers=tenant.headers).status_code == 200
    with system_transaction() as session:
        revoke_key(session, tenant.organisation_id, tenant.key[:12])
    assert web.get(path, headers=tenant.headers).status_code == 401


def test_keys_are_made_on_the_command_line(app: Flask, tenant: Tenant) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(
        args=["keys", "create", "--organisation", tenant.slug, "--name", "flow", "--scopes", "messages, users"]
    )
    assert made.exit_code == 0
    caller = find_caller(made.stdout.strip())
    assert caller is not None
    assert caller.scopes == {"messages", "users"}
    wrong = runner.invoke(args=["keys", "create", "--organisation", tenant.slug, "--name", "x", "--scopes", "root"])
    assert wrong.exit_code == 2
    assert "messages, users, admin, export" in wrong.output
    nowhere = runner.invoke(args=["keys", "create", "--organisation", "nowhere", "--name", "x"])
    assert nowhere.exit_code == 1
    assert "no organisation nowhere" in nowhere.output


def test_a_login_that_may_not_do_it_is_told_which_may(settings: Any, tenant: Tenant) -> None:
    app = create_app(settings.model_copy(update={"system_database_url": None}))
    runner = app.test_cli_runner()
    for command in (
        ["keys", "create", "--name", "mine"],
        ["keys", "revoke", tenant.key[:12]],
        ["demo", "fill"],
        ["demo", "clear"],
    ):
        with app.app_context():
            done = runner.invoke(args=[*command, "--organisation", tenant.slug])
        assert done.exit_code == 1
        assert "SYSTEM_DATABASE_URL" in done.output
        assert "Traceback" not in done.output
    before_exit(app)
