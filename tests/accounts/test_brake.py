"""Proofs that do not hold are refused before they are looked up, and nobody who is known with them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from cci_app.accounts import api_key
from cci_app.accounts.brake import network_of
from cci_app.accounts.keys import find_caller
from cci_app.core import lookups
from tests.api.test_refusals import build
from tests.conftest import Tenant

__all__ = ["build"]

ADDRESS = "/api/v1/users/+573000000001/status"


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    keys: list[str] = []
    really = find_caller

    def find(key: str) -> Any:
        keys.append(key)
        return really(key)

    monkeypatch.setattr(api_key, "find_caller", find)
    monkeypatch.setattr(lookups, "FRESH_SECONDS", 0.0)
    return keys


def ask(web: FlaskClient, key: str, **options: Any) -> int:
    return web.get(ADDRESS, headers={"X-API-Key": key}, **options).status_code


def test_many_wrong_keys_are_not_looked_up(
    build: Callable[..., FlaskClient], tenant: Tenant, looked_up: list[str]
) -> None:
    web = build(rate_limit_per_stranger="3/minute")
    assert ask(web, tenant.key) == 200
    looked_up.clear()
    assert [ask(web, f"cci_wrong{number}") for number in range(9)] == [401] * 3 + [429] * 6
    assert len(looked_up) == 3
    refused = web.get(ADDRESS, headers={"X-API-Key": "cci_wrong"})
    assert int(refused.headers["Retry-After"]) <= 60
    # Whoever proved themselves a moment ago from there goes on, and so does whoever comes from elsewhere.
    assert ask(web, tenant.key) == 200
    assert ask(web, "cci_wrong", environ_base={"REMOTE_ADDR": "192.0.2.7"}) == 401
    # What asks for no proof is open to them, too.
    assert web.get("/openapi.json", headers={"X-API-Key": "cci_wrong"}).status_code == 200


def test_without_the_limit_each_is_looked_up(
    build: Callable[..., FlaskClient], tenant: Tenant, looked_up: list[str]
) -> None:
    web = build(rate_limit_per_stranger="1000/minute")
    assert [ask(web, f"cci_wrong{number}") for number in range(9)] == [401] * 9
    assert len(looked_up) == 9


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("", ""),
    ],
)
def test_one_sender_has_one_network(address: str, network: str) -> None:
    assert network_of(address) == network
