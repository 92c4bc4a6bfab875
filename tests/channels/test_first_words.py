"""Writing first: from a person's id alone, what each service has for an address."""

from typing import Any

import pytest
from flask import Flask

from cci_app.channels.accounts import account_of, channel_accounts, service_of, written_name
from cci_app.channels.message import Text
from cci_app.channels.ports import Channel, Sent
from cci_app.conversation.service import get_conversation
from tests.channels.conftest import Configure, add_account
from tests.conftest import Tenant
from tests.fakes import meta, telegram, twilio, waha

PHONE = "+573000000001"
SERVICES: dict[str, Any] = {
    "waha": waha.FakeWaha,
    "twilio": twilio.FakeTwilio,
    "meta": meta.FakeMeta,
    "telegram": telegram.FakeTelegram,
}
ACCOUNTS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "waha": ({"human": "false"}, {"api_key": waha.API_KEY, "token": "hook-token"}),
    "twilio": ({"account_sid": twilio.SID, "number": twilio.NUMBER}, {"auth_token": twilio.TOKEN}),
    "meta": ({"phone_number_id": meta.NUMBER}, {"access_token": meta.TOKEN, "app_secret": meta.SECRET}),
    "telegram": ({}, {"token": telegram.TOKEN, "secret": telegram.SECRET}),
}


@pytest.mark.parametrize(
    ("kind", "user_id", "field", "written"),
    [
        ("waha", PHONE, "chatId", "573000000001@c.us"),
        ("waha", "4711@lid", "chatId", "4711@lid"),
        ("twilio", PHONE, "To", f"whatsapp:{PHONE}"),
        ("twilio", "US.1349", "To", "whatsapp:US.1349"),
        ("meta", PHONE, "to", "573000000001"),
        ("meta", "US.1349", "recipient", "US.1349"),
        ("telegram", "telegram:4711", "chat_id", "4711"),
        ("telegram", "4711", "chat_id", "4711"),
    ],
)
def test_the_service_is_told_its_own_address(
    app: Flask, configure: Configure, tenant: Tenant, kind: str, user_id: str, field: str, written: str
) -> None:
    fields, secrets = ACCOUNTS[kind]
    with SERVICES[kind]() as service:
        add_account(tenant, kind, {**fields, "base_url": service.address}, secrets)
        account = account_of(tenant.organisation_id, kind)
        assert account is not None
        address = get_conversation().channels.address_by(written_name(account), user_id)
        channel: Channel = service_of(account)
        sent = channel.send(Text("Hola"), address, "a")
        channel_accounts.remove(tenant.organisation_id, kind, "main")
    assert (address.channel, address.account) == (kind, f"{kind}:main")
    assert isinstance(sent, Sent)
    told = service.sent() if kind == "telegram" else service.sent
    assert told[0][field] == written
