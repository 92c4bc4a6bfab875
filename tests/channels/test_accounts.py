"""Channel accounts: each push goes out through the organisation's own."""

import os
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.channels import accounts
from cci_app.channels.accounts import account_of, forget_accounts, stop_account
from cci_app.channels.message import Address, Text
from cci_app.channels.ports import Delivery, Refused, Sent
from cci_app.core import lookups
from tests.conftest import Tenant, make_tenant
from tests.fakes.manychat import FakePage

ACCOUNTS = "/api/v1/channels/accounts"


def made_up_key() -> str:
    return f"{secrets.randbits(48)}:made-up-key"


@pytest.fixture
def pages() -> Iterator[tuple[FakePage, FakePage]]:
    with FakePage(made_up_key()) as first, FakePage(made_up_key()) as second:
        yield first, second


@pytest.fixture(autouse=True)
def _fresh(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = app.config["SETTINGS"].model_copy(update={"fetch_loopback": True})
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    forget_accounts()


@pytest.fixture
def second(app: Flask) -> Tenant:
    return make_tenant(f"second-{os.urandom(4).hex()}")


def page_of(page: FakePage) -> str:
    return page.key.partition(":")[0]


def add(web: FlaskClient, tenant: Tenant, page: FakePage, name: str = "members", **more: Any) -> Any:
    body = {"kind": "manychat", "name": name, "settings": {"base_url": page.address}, "secrets": {"api_key": page.key}}
    return web.post(ACCOUNTS, json=body | more, headers=tenant.headers)


def remove(web: FlaskClient, tenant: Tenant, name: str = "members") -> int:
    return web.delete(f"{ACCOUNTS}/manychat/{name}", headers=tenant.headers).status_code


def push(tenant: Tenant, text: str, name: str | None = None) -> Delivery | None:
    account = account_of(tenant.organisation_id, "manychat", name)
    address = Address("manychat", name or "default", "4711")
    return account.open().send(Text(text), address, "once") if account else None


def test_each_push_goes_to_its_own_page(
    web: FlaskClient, tenant: Tenant, second: Tenant, pages: tuple[FakePage, FakePage]
) -> None:
    assert [push(tenant, "nowhere"), push(second, "nowhere")] == [None, None]
    for who, page in zip((tenant, second), pages, strict=True):
        assert add(web, who, page).status_code == 201
    forget_accounts()
    assert [push(tenant, "of one"), push(second, "of two")] == [Sent(), Sent()]
    assert [page.texts for page in pages] == [["of one"], ["of two"]]
    assert [page.refused for page in pages] == [0, 0]
    # The control: a wrong key, or a push to the other's page, is seen there.
    assert remove(web, tenant) == 200
    add(web, tenant, pages[1], secrets={"api_key": pages[0].key})
    assert isinstance(push(tenant, "astray"), Refused)
    assert pages[1].refused == 1


def test_the_account_that_is_not_accepted_is_the_one_that_was_sent_through(
    web: FlaskClient, tenant: Tenant, pages: tuple[FakePage, FakePage]
) -> None:
    for name, page in zip(("members", "visitors"), pages, strict=True):
        assert add(web, tenant, page, name).status_code == 201
    # Of Manychat a person is known by their number alone, which belongs to the organisation's first page.
    stop_account(tenant.organisation_id, Address("manychat", "manychat", "4711"), "the key is not accepted (401)")
    listed = web.get(ACCOUNTS, headers=tenant.headers).json
    assert listed is not None
    states = {account["name"]: (account["state"], account["reason"]) for account in listed}
    assert states == {"members": ("failing", "the key is not accepted (401)"), "visitors": ("unchecked", None)}


def test_a_page_leads_to_one_account(
    app: Flask,
    web: FlaskClient,
    tenant: Tenant,
    second: Tenant,
    pages: tuple[FakePage, FakePage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = add(web, tenant, pages[0])
    assert (made.json["outside_id"], made.json["assistant"]) == (page_of(pages[0]), None)
    for who in (tenant, second):
        taken = add(web, who, pages[0], "another")
        assert taken.status_code == 409
        assert f"leads to {page_of(pages[0])} already" in taken.json["error"]["message"]
        assert tenant.slug not in taken.text
    assert push(second, "not mine") is None
    key = type(app.config["SETTINGS"].secret_key)("103:of-the-environment")
    changed = app.config["SETTINGS"].model_copy(update={"manychat_api_key": key})
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    of_environment = add(web, second, pages[1], secrets={"api_key": "103:somebody-elses"})
    assert of_environment.status_code == 409


def test_the_environments_page_is_the_default_organisations_alone(
    app: Flask,
    web: FlaskClient,
    tenant: Tenant,
    second: Tenant,
    pages: tuple[FakePage, FakePage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changes = {
        "manychat_api_key": type(app.config["SETTINGS"].secret_key)(pages[0].key),
        "manychat_base_url": pages[0].address,
        "default_organisation": tenant.slug,
    }
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=changes))
    assert [push(tenant, "mine", name) for name in (None, "default")] == [Sent()] * 2
    assert [push(second, "not mine", name) for name in (None, "default")] == [None, None]
    assert pages[0].texts == ["mine", "mine"]
    assert remove(web, tenant, "default") == 409
    assert remove(web, second, "default") == 404


def test_an_account_is_looked_up_now_and_then(
    web: FlaskClient, tenant: Tenant, pages: tuple[FakePage, FakePage], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(web, tenant, pages[0])
    asked: list[Any] = []
    find = accounts.channel_accounts.find

    def counted(*arguments: Any) -> Any:
        asked.append(arguments)
        return find(*arguments)

    monkeypatch.setattr(accounts.channel_accounts, "find", counted)
    first = account_of(tenant.organisation_id, "manychat")
    assert account_of(tenant.organisation_id, "manychat") is first
    assert len(asked) == 1
    monkeypatch.setattr(lookups, "FRESH_SECONDS", 0.0)
    assert account_of(tenant.organisation_id, "manychat") == first
    assert len(asked) == 2
    remove(web, tenant)
    assert account_of(tenant.organisation_id, "manychat") is None


def test_a_check_names_the_page(web: FlaskClient, tenant: Tenant, pages: tuple[FakePage, FakePage]) -> None:
    add(web, tenant, pages[0])
    address = f"{ACCOUNTS}/manychat/members/check"
    assert web.post(address, headers=tenant.headers).json == {
        "kind": "manychat",
        "name": "members",
        "state": "working",
        "works": ["the key is of the page Members"],
        "reason": None,
    }
    pages[0].key = "changed"
    failed = web.post(address, headers=tenant.headers).json
    assert failed is not None
    assert failed["reason"].startswith("Manychat does not accept api_key")


@pytest.mark.parametrize("key", ["", "two words", "ñandú:1", "a\nb"])
def test_a_key_that_no_header_can_hold_is_refused(
    web: FlaskClient, tenant: Tenant, pages: tuple[FakePage, FakePage], key: str
) -> None:
    assert add(web, tenant, pages[0], secrets={"api_key": key}).status_code == 422


def test_an_assistant_that_is_not_there_is_refused(
    web: FlaskClient, tenant: Tenant, pages: tuple[FakePage, FakePage]
) -> None:
    assert add(web, tenant, pages[0], assistant="nobody").status_code == 422
    assert add(web, tenant, pages[0], assistant="cci").json["assistant"] == "cci"
