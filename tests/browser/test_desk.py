"""A parent at the desk by WAHA and by Telegram: the menu, a code, a paper, a human in a browser, and the desk again."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from cci_app.accounts.caller import Role
from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.conversation.inbound import Person
from cci_app.conversation.log import log_conversations
from cci_app.conversation.service import get_conversation
from cci_app.core.database import tenant_transaction
from cci_app.records.samples import load_records
from tests.conftest import SAMPLES, Tenant
from tests.fakes import telegram, waha
from tests.fakes.telegram import FakeTelegram
from tests.fakes.waha import FakeWaha

pytestmark = pytest.mark.browser

PUBLIC = "https://desk.example.org"
CHAT = "221770000001@c.us"
IN_TELEGRAM = 77


@dataclass(frozen=True, slots=True)
class Parent:
    """Somebody at a channel: who they are to the product, how a message of theirs comes, and what they were sent."""

    user_id: str
    path: str
    said: Callable[[int, str], tuple[bytes, dict[str, str]]]
    told: Callable[[], list[str]]


def by_waha(tenant: Tenant, stack: ExitStack) -> Parent:
    service = stack.enter_context(FakeWaha())
    fields = {"base_url": service.address, "human": "false", "session": f"desk-{tenant.organisation_id}"}
    secrets = {"api_key": waha.API_KEY, "hmac_key": waha.HMAC_KEY}
    made = channel_accounts.add(tenant.organisation_id, "waha", "main", fields, secrets, assistant="concierge")
    session = fields["session"]

    def said(number: int, text: str) -> tuple[bytes, dict[str, str]]:
        return waha.signed(waha.message(f"A{number}", text, CHAT) | {"session": session})

    def told() -> list[str]:
        return [sent.get("text") or sent.get("file", {}).get("url") or str(sent) for sent in service.sent]

    return Parent("+221770000001", f"/api/v1/channels/waha/{made.outside_id}", said, told)


def by_telegram(tenant: Tenant, stack: ExitStack) -> Parent:
    service = stack.enter_context(FakeTelegram())
    secrets = {"token": telegram.TOKEN, "secret": telegram.SECRET}
    fields = {"base_url": service.address}
    made = channel_accounts.add(tenant.organisation_id, "telegram", "main", fields, secrets, assistant="concierge")

    def said(number: int, text: str) -> tuple[bytes, dict[str, str]]:
        return telegram.delivery(telegram.update(number, text, IN_TELEGRAM))

    def told() -> list[str]:
        sent = [body for name, body in service.calls if name in {"sendMessage", "sendDocument"}]
        return [f"{body.get('text') or body['document']}{_buttons(body)}" for body in sent]

    return Parent(f"telegram:{IN_TELEGRAM}", f"/api/v1/channels/telegram/{made.outside_id}", said, told)


def _buttons(body: dict[str, Any]) -> str:
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return "".join(f"\n{button['text']}" for row in rows for button in row)


@pytest.fixture(params=[by_waha, by_telegram], ids=["waha", "telegram"])
def parent(
    request: pytest.FixtureRequest, app: Flask, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Parent]:
    changes = {"fetch_loopback": True, "public_base_url": PUBLIC, "public_url": PUBLIC}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=changes))
    forget_accounts()
    list(load_records(tenant.organisation_id, SAMPLES / "desk"))
    with ExitStack() as stack:
        yield request.param(tenant, stack)
        channel_accounts.remove(tenant.organisation_id, request.param.__name__.removeprefix("by_"), "main")
    forget_accounts()


@pytest.fixture
def write(web: FlaskClient, tenant: Tenant, parent: Parent) -> Callable[[str], list[str]]:
    """What the parent writes there, delivered five times over; what came of it."""
    number = iter(range(1, 1000))
    person = Person(tenant.organisation_id, "concierge", parent.user_id)

    def send(text: str) -> list[str]:
        before = len(parent.told())
        body, headers = parent.said(next(number), text)
        for _ in range(5):
            assert web.post(parent.path, data=body, headers=headers).status_code == 200
        with tenant_transaction(tenant.organisation_id) as session:
            session.execute(sa.text("UPDATE webhook_events SET not_before = now() WHERE status = 'received'"))
        future = get_conversation().resume(person)
        if future is not None:
            future.result(20)
        log_conversations()
        return parent.told()[before:]

    return send


def test_a_paper_then_a_human_then_the_desk_again(
    web: FlaskClient,
    tenant: Tenant,
    parent: Parent,
    write: Callable[[str], list[str]],
    signed_in: Callable[..., Page],
    address: str,
) -> None:
    (menu,) = write("Bonjour")
    assert "Attestation de catéchèse" in menu
    assert write("2")[-1].startswith("Quel est votre code parent\u202f?")
    assert "Essais restants\u00a0: 2" in write("JEA-7351")[-1]
    given = write("JEA-7350")
    (link,) = [word for text in given for word in text.split() if word.startswith(f"{PUBLIC}/certificates/")]
    assert web.get(link.removeprefix(PUBLIC)).data.startswith(b"%PDF-")
    assert "C'est noté" in write("3")[-1]

    first, second = signed_in(tenant, Role.AGENT), signed_in(tenant, Role.AGENT)
    first.goto(f"{address}/admin/inbox")
    expect(first.locator("a.row")).to_have_count(1)
    first.locator("a.row").click()
    second.goto(first.url)
    before = len(parent.told())
    first.fill("#text", "Bonjour, ici Ana de l’accueil.")
    first.click("text=Enviar")
    expect(first.locator(".human .bubble")).to_have_text("Bonjour, ici Ana de l’accueil.")
    assert parent.told()[before:] == ["Bonjour, ici Ana de l’accueil."]
    # Nobody talks over her, and the second is told who has them.
    assert write("Merci Ana") == []
    second.fill("#text", "Moi aussi")
    second.click("text=Enviar")
    expect(second.get_by_role("alert")).to_contain_text("atiende a esta persona")
    expect(first.locator("#chat")).to_contain_text("Merci Ana")
    first.click("text=Cerrar y devolver al asistente")
    expect(first.locator("#chat")).to_contain_text("sigue el asistente")
    assert "Attestation de catéchèse" in write("menu")[-1]
    with tenant_transaction(tenant.organisation_id) as session:
        kept = session.scalars(sa.text("SELECT user_message FROM conversations ORDER BY id")).all()
    # Each once, however often it was delivered.
    assert [text for text in kept if text] == ["Bonjour", "2", "JEA-7351", "JEA-7350", "3", "Merci Ana", "menu"]
