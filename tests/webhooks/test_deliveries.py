"""What channels deliver: verified, kept, acknowledged."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.channels import kinds
from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.channels.registry import load_channels
from cci_app.core.database import tenant_transaction
from tests.conftest import Tenant, make_tenant
from tests.fakes.courier import KIND, KINDS, SIGNATURE, delivery

SECRET = "a fictional secret"


@pytest.fixture(autouse=True)
def _courier(app: Flask, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The application with a channel more."""
    monkeypatch.setitem(kinds.KINDS, KIND, KINDS[0])
    changed = settings.model_copy(update={"channel_modules": ["tests.fakes.courier"]})
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update={"fetch_loopback": True}))
    monkeypatch.setattr(app.extensions["cci_conversation"], "channels", load_channels(changed))
    forget_accounts()
    yield
    forget_accounts()


def number_of(tenant: Tenant, secret: str = SECRET, name: str = "main") -> str:
    number = f"+57300{secrets.randbelow(10**7):07d}"
    settings = {"number": number, "base_url": "http://127.0.0.1:9"}
    channel_accounts.add(tenant.organisation_id, KIND, name, settings, {"secret": secret})
    return number


def deliver(web: FlaskClient, number: str, *messages: tuple[str, str, str], secret: str = SECRET) -> Any:
    body, headers = delivery(secret, *messages)
    return web.post(f"/api/v1/channels/{KIND}/{number}", data=body, headers=headers)


def kept(tenant: Tenant) -> list[tuple[str, str, str]]:
    with tenant_transaction(tenant.organisation_id) as session:
        rows = session.execute(sa.text("SELECT user_id, text, channel_account FROM webhook_events ORDER BY id"))
        return [(row.user_id, row.text, row.channel_account) for row in rows]


def test_a_delivery_is_kept_and_acknowledged(web: FlaskClient, tenant: Tenant) -> None:
    number = number_of(tenant)
    answer = deliver(web, number, ("1", "+573000000001", "hola"), ("2", "+573000000002", "buenas"))
    assert (answer.status_code, answer.data) == (200, b"")
    assert deliver(web, number, ("1", "+573000000001", "hola")).status_code == 200
    assert kept(tenant) == [
        ("+573000000001", "hola", f"{KIND}:main"),
        ("+573000000002", "buenas", f"{KIND}:main"),
    ]


def test_an_id_that_was_used_before_is_no_reason_to_deliver_again(web: FlaskClient, tenant: Tenant) -> None:
    number = number_of(tenant)
    deliver(web, number, ("1", "+573000000001", "hola"))
    both = deliver(web, number, ("1", "+573000000001", "otra cosa"), ("2", "+573000000001", "más"))
    assert both.status_code == 200
    assert [text for _, text, _ in kept(tenant)] == ["hola", "más"]


def test_a_number_leads_to_one_account_of_one_organisation(web: FlaskClient, tenant: Tenant) -> None:
    other = make_tenant(f"other-{secrets.token_hex(4)}")
    number, theirs = number_of(tenant), number_of(other, "another secret")
    message = ("1", "+573000000001", "hola")
    assert deliver(web, number, message).status_code == 200
    assert deliver(web, theirs, message, secret="another secret").status_code == 200
    assert deliver(web, theirs, message).status_code == 401
    assert (len(kept(tenant)), len(kept(other))) == (1, 1)


@pytest.mark.parametrize("spoil", ["signature", "body", "none", "empty", "account", "kind", "removed"])
def test_what_is_not_the_channels_is_refused_as_if_there_were_no_account(
    web: FlaskClient, tenant: Tenant, spoil: str
) -> None:
    number = number_of(tenant)
    body, headers = delivery(SECRET, ("1", "+573000000001", "hola"))
    kind = KIND
    if spoil == "signature":
        headers[SIGNATURE] = headers[SIGNATURE][:-1] + ("0" if headers[SIGNATURE][-1] != "0" else "1")
    elif spoil == "body":
        body = body.replace(b"hola", b"Hola")
    elif spoil == "none":
        del headers[SIGNATURE]
    elif spoil == "empty":
        headers[SIGNATURE] = ""
    elif spoil == "account":
        number = "+573000000000"
    elif spoil == "kind":
        kind = "nobodys"
    else:
        channel_accounts.remove(tenant.organisation_id, KIND, "main")
    answer = web.post(f"/api/v1/channels/{kind}/{number}", data=body, headers={**headers, **tenant.headers})
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["error"]["message"].startswith("sign the request as the channel does")
    assert kept(tenant) == []


def test_a_signed_body_that_is_no_delivery_is_refused(web: FlaskClient, tenant: Tenant) -> None:
    from tests.fakes.courier import sign

    number = number_of(tenant)
    for body in (b"", b"{}", b"[1]", b'{"events": [{"id": 1}]}', b"\xff"):
        headers = {SIGNATURE: sign(SECRET, body)}
        assert web.post(f"/api/v1/channels/{KIND}/{number}", data=body, headers=headers).status_code == 400
    assert kept(tenant) == []


def test_a_channel_that_signs_nothing_takes_no_deliveries(web: FlaskClient, tenant: Tenant) -> None:
    account = {"base_url": "http://127.0.0.1:9"}
    page = str(secrets.randbelow(10**9))
    channel_accounts.add(tenant.organisation_id, "manychat", "members", account, {"api_key": f"{page}:made-up-key"})
    message = {"user_id": "+573000000001", "message": "hola"}
    for headers in ({}, tenant.headers):
        assert web.post(f"/api/v1/channels/manychat/{page}", json=message, headers=headers).status_code == 401
    assert kept(tenant) == []
