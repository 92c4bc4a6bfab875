"""The whole way where nobody waits: a delivery is acknowledged, a worker's turn answers it by the same account."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.channels.accounts import account_of, channel_accounts, forget_accounts
from cci_app.channels.registry import load_channels
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import TurnMode
from cci_app.conversation.modes import mode_of
from cci_app.conversation.outbox import outbound_messages
from cci_app.conversation.service import Conversation
from cci_app.core.database import tenant_transaction
from tests.conftest import Tenant
from tests.conversation.scripted import ScriptedAgent, ScriptedAssistant, ScriptedCatalogue
from tests.fakes import meta, telegram, waha

Answer = Callable[[str], None]


@pytest.fixture
def agent() -> ScriptedAgent:
    return ScriptedAgent()


@pytest.fixture
def conversation(
    app: Flask, settings: Any, agent: ScriptedAgent, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Conversation]:
    reached = {"fetch_loopback": True, "public_base_url": "https://bot.example.org"}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=reached))
    made = Conversation(app, settings, ScriptedCatalogue(ScriptedAssistant(agent)), load_channels(settings))
    monkeypatch.setitem(app.extensions, "cci_conversation", made)
    forget_accounts()
    yield made
    made.stop()
    forget_accounts()


@pytest.fixture
def deliver(app: Flask, tenant: Tenant, conversation: Conversation) -> Iterator[Callable[..., Any]]:
    """Add an account, and deliver to it: kind, fields, secrets, body and headers."""
    added: list[str] = []

    def post(kind: str, fields: dict[str, str], hidden: dict[str, str], request: tuple[bytes, dict[str, str]]) -> Any:
        if kind not in added:
            channel_accounts.add(tenant.organisation_id, kind, "main", fields, hidden)
            added.append(kind)
        account = account_of(tenant.organisation_id, kind, "main")
        assert account is not None
        body, headers = request
        return app.test_client().post(f"/api/v1/channels/{kind}/{account.outside_id}", data=body, headers=headers)

    yield post
    for kind in added:
        channel_accounts.remove(tenant.organisation_id, kind, "main")


def answer(conversation: Conversation, tenant: Tenant, user_id: str) -> None:
    """What a worker does when nobody wrote any more for a while."""
    with tenant_transaction(tenant.organisation_id) as session:
        session.execute(sa.text("UPDATE webhook_events SET not_before = now() - interval '1 second'"))
    future = conversation.resume(Person(tenant.organisation_id, "cci", user_id))
    assert future is not None
    future.result(30)


def states(tenant: Tenant) -> list[str]:
    return [one["state"] for one in outbound_messages(tenant.organisation_id)]


def test_waha(conversation: Conversation, deliver: Callable[..., Any], tenant: Tenant) -> None:
    person, chat = "+573001234567", "573001234567@c.us"
    with waha.FakeWaha() as service:
        account = {"base_url": service.address, "human": "false"}
        hidden = {"api_key": waha.API_KEY, "hmac_key": waha.HMAC_KEY}
        assert deliver("waha", account, hidden, waha.signed(waha.message("A1"))).status_code == 200
        answer(conversation, tenant, person)
        assert service.texts(chat) == ["answer 1 to Hola"]
        assert states(tenant) == ["sent"]
        for ack, state in ((2, "delivered"), (1, "delivered"), (3, "read")):
            told = {"id": f"true_{chat}_3EB00001", "from": chat, "ack": ack}
            deliver("waha", account, hidden, waha.signed(waha.event("message.ack", told)))
            assert states(tenant) == [state]
        # Somebody answers by the telephone: from then on nobody talks over them.
        own = waha.message("A2", "Yo le atiendo", fromMe=True, to=chat)
        deliver("waha", account, hidden, waha.signed(own))
        assert mode_of(Person(tenant.organisation_id, "cci", person)) is TurnMode.HUMAN
        deliver("waha", account, hidden, waha.signed(waha.message("A3", "Gracias")))
        answer(conversation, tenant, person)
        assert service.texts(chat) == ["answer 1 to Hola"]


def test_telegram(conversation: Conversation, deliver: Callable[..., Any], tenant: Tenant) -> None:
    number = secrets.randbelow(10**6)
    with telegram.FakeTelegram() as service:
        hidden = {"token": telegram.TOKEN, "secret": telegram.SECRET}
        request = telegram.delivery(telegram.update(number, "/start"))
        assert deliver("telegram", {"base_url": service.address}, hidden, request).status_code == 200
        answer(conversation, tenant, "telegram:77")
        assert [sent["text"] for sent in service.sent()] == ["answer 1 to start"]
        assert service.sent("sendChatAction") == [{"chat_id": "77", "action": "typing"}]


def test_meta(conversation: Conversation, deliver: Callable[..., Any], tenant: Tenant) -> None:
    with meta.FakeMeta() as service:
        account = {"phone_number_id": meta.NUMBER, "base_url": service.address}
        hidden = {"access_token": meta.TOKEN, "app_secret": meta.SECRET}
        body = meta.delivery(meta.change(messages=[meta.message("1", "uno"), meta.message("2", "dos")]))
        assert deliver("meta", account, hidden, meta.signed(body)).status_code == 200
        answer(conversation, tenant, "+573001234567")
        (sent,) = service.sent
        assert (sent["to"], sent["text"]["body"]) == ("573001234567", "answer 1 to uno\ndos")
        assert [one["message_id"] for one in service.read] == ["wamid.2"]
        # What became of it comes back with the key that was sent along, whether or not we knew the id.
        told = {"id": "wamid.x", "status": "failed", "errors": [{"code": 131047, "title": "Re-engagement message"}]}
        status = told | {"timestamp": "1", "biz_opaque_callback_data": sent["biz_opaque_callback_data"]}
        deliver("meta", account, hidden, meta.signed(meta.delivery(meta.change(statuses=[status]))))
        assert states(tenant) == ["failed"]
