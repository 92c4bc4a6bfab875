"""An organisation signs up in a real browser, makes a chatbot, publishes it, and comes to the limit that it set."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr

from cci_app.channels.accounts import forget_accounts
from cci_app.conversation.inbound import Person
from cci_app.conversation.log import log_conversations
from cci_app.conversation.service import get_conversation
from cci_app.core.database import system_transaction
from cci_app.knowledge.documents.ingestion import run_ingestion
from cci_app.knowledge.models import KnowledgeDocument
from cci_app.tools.own.equipping import forget_tools
from cci_app.usage.slack import tell_alerts
from tests.accounts.signed_in import PASSWORD
from tests.browser.test_docs import Complaints
from tests.conftest import Tenant
from tests.fakes.telegram import SECRET, TOKEN, FakeTelegram, delivery, update
from tests.fakes.tools import FakeService
from tests.fakes.watching import barriers, too_wide

pytestmark = pytest.mark.browser
WHO = "+573000000001"
CHAT = 4711


@pytest.fixture
def _loopback(app: Flask) -> Any:
    """The tool and Slack are servers of the test; and LangChain is loaded, for which a busy machine takes its time."""
    from cci_app.agents.loop import graph

    assert graph.PURPOSE
    before = app.config["SETTINGS"]
    yield
    app.config["SETTINGS"] = before
    forget_tools()
    forget_accounts()


def say(app: Flask, tenant: Tenant, text: str, status: int = 200) -> str:
    """What a member reads who writes to the bakery's number."""
    body = {"user_id": WHO, "message": text, "assistant": "bakery", "message_id": uuid.uuid4().hex}
    response = app.test_client().post("/api/v1/whatsapp/message", json=body, headers=tenant.headers)
    assert response.status_code == status, response.data
    return str(json.loads(response.data).get("response"))


def read_documents(tenant: Tenant) -> None:
    with system_transaction() as session:
        jobs = session.scalars(
            sa.select(KnowledgeDocument.job_id).where(KnowledgeDocument.organisation_id == tenant.organisation_id)
        ).all()
    for job in filter(None, jobs):
        run_ingestion(job)


def add_tool(page: Page, address: str, shop: FakeService) -> None:
    """A tool of its own, called once to see that it works."""
    page.goto(f"{address}/admin/tools")
    page.click("text=Agregar una dirección")
    form = page.locator("form[action='/admin/tools/http']")
    form.locator("[name=name]").fill("order-status")
    form.locator("[name=description]").fill("Tells where an order is.")
    form.locator("[name=url]").fill(f"{shop.url}/orders/{{order}}")
    form.locator("[name=arguments]").fill("order: the number on the receipt, as A-17")
    form.locator("[name=examples]").fill("¿dónde está mi pedido?")
    form.locator("[name=response_path]").fill("status")
    form.get_by_role("button").click()
    tool = page.locator("#tools li", has_text="order-status")
    tool.locator("summary", has_text="Llamarla una vez").click()
    tool.locator("[name=arguments]").fill('{"order": "A-17"}')
    tool.get_by_role("button", name="Llamar").click()
    expect(page.locator("#tools .notice")).to_contain_text("en camino")


def write_draft(page: Page, address: str) -> None:
    """A chatbot from a template, with two documents and the tool."""
    page.goto(f"{address}/admin/chatbots")
    expect(page.locator(".empty")).to_contain_text("Todavía no hay ningún chatbot")
    page.fill("[name=title]", "La Panadería")
    page.fill("[name=name]", "bakery")
    page.check("[name=languages][value=es]")
    page.check("[name=template][value=faq]")
    page.click("text=Crear el borrador")
    expect(page.locator("h1")).to_have_text("La Panadería")
    draft = page.locator("#draft")
    draft.get_by_label("Su herramienta order-status").check()
    draft.locator("[name=document_title_0]").fill("Horarios")
    draft.locator("[name=document_text_0]").fill("La panadería abre de martes a domingo, de 7 a 18 h.")
    draft.get_by_role("button", name="Guardar el borrador").click()
    page.locator("#draft summary", has_text="Un texto más").click()
    draft.locator("[name=document_title_1]").fill("Domicilios")
    draft.locator("[name=document_text_1]").fill("Llevamos pedidos a domicilio en todo Chapinero por 5.000 pesos.")
    draft.locator("summary", has_text="Cuando se alcanza su límite").click()
    draft.locator("[name=stopped_es]").fill("Por hoy terminamos, ¡hasta mañana!")
    draft.get_by_role("button", name="Guardar el borrador").click()
    expect(page.locator("[name=document_title_0]")).to_have_value("Horarios")
    expect(page.locator("[name=document_title_1]")).to_have_value("Domicilios")


def sign_up(browser: Browser, address: str) -> tuple[Page, Tenant]:
    """An organisation that signs up on the page: its owner's browser, and a key that the owner makes."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="es-CO").new_page()
    page.context.set_default_timeout(20_000)
    page.goto(f"{address}/login")
    page.get_by_role("link", name="Crear una cuenta").click()
    page.fill("[name=email]", f"ana-{uuid.uuid4().hex[:8]}@example.org")
    page.click("text=Enviar el enlace")
    # Without a mail server, as on one's own machine, the link leads straight on.
    page.fill("[name=organisation]", "Panadería Luna")
    page.fill("[name=password]", PASSWORD)
    page.click("text=Crear la cuenta")
    page.wait_for_url(f"{address}/admin")
    expect(page.locator(".brand")).to_contain_text("Panadería Luna")
    key = ask(page, "/api/v1/admin/keys", {"name": "flow", "scopes": ["messages"]})["key"]
    about = page.evaluate("fetch('/api/v1/admin/settings').then(answer => answer.json())")
    with system_transaction() as session:
        found = sa.text("SELECT id FROM organisations WHERE slug = :slug")
        organisation_id: int = session.execute(found, about).scalar_one()
    return page, Tenant(organisation_id, about["slug"], key)


def ask(page: Page, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What only the API does, from the owner's own browser."""
    send = (
        "([path, body]) => fetch(path, {method: 'POST', body: JSON.stringify(body),"
        " headers: {'Content-Type': 'application/json'}}).then(answer => answer.json())"
    )
    answer: dict[str, Any] = page.evaluate(send, [path, body])
    return answer


def write_by_telegram(app: Flask, tenant: Tenant, telegram: FakeTelegram, account: dict[str, Any], text: str) -> str:
    """What a member is told who writes to the organisation's bot."""
    body, headers = delivery(update(uuid.uuid4().int % 10**6, text, CHAT))
    path = f"/api/v1/channels/telegram/{account['outside_id']}"
    assert app.test_client().post(path, data=body, headers=headers).status_code == 200
    with system_transaction() as session:
        session.execute(sa.text("UPDATE webhook_events SET not_before = now() WHERE status = 'received'"))
    future = get_conversation().resume(Person(tenant.organisation_id, "bakery", f"telegram:{CHAT}"))
    assert future is not None
    future.result(20)
    sent = [told["text"] for name, told in telegram.calls if name == "sendMessage"]
    return str(sent[-1])


@pytest.mark.usefixtures("_loopback", "store")
def test_an_organisation_from_its_sign_up_to_its_limit(
    app: Flask, browser: Browser, signed_in: Callable[..., Page], address: str, tenant: Tenant, tmp_path: Path
) -> None:
    expect.set_options(timeout=20_000)
    with system_transaction() as session:
        session.execute(sa.text("UPDATE system_alerts SET state = 'resolved'"))
    with (
        FakeService(lambda _: (200, {"status": "en camino"})) as shop,
        FakeService(lambda _: (200, "ok")) as slack,
        FakeTelegram() as telegram,
    ):
        set_up(app, slack)
        page, ours = sign_up(browser, address)
        complaints = Complaints(page, address)
        add_tool(page, address, shop)
        write_draft(page, address)
        try_and_publish(app, page, ours)
        # On a channel account, and on the web.
        order = {"kind": "telegram", "name": "main", "assistant": "bakery", "settings": {"base_url": telegram.address}}
        account = ask(page, "/api/v1/channels/accounts", {**order, "secrets": {"token": TOKEN, "secret": SECRET}})
        assert "de 7 a 18 h" in write_by_telegram(app, ours, telegram, account, "¿A qué hora abre la panadería?")
        page.locator("#web").get_by_role("button", name="Ponerlo en la web").click()
        link = page.get_by_label("El enlace para compartir").input_value()
        visitor = browser.new_context(viewport={"width": 375, "height": 700}, locale="es-CO").new_page()
        visitor.goto(f"{address}{urlsplit(link).path}")
        log = visitor.get_by_role("log")
        expect(log).to_contain_text("Soy el asistente de La Panadería")
        ask_on_the_web(visitor, "¿Hacen domicilios en Chapinero?")
        expect(log.locator(".assistant .bubble").last).to_contain_text("5.000 pesos")
        ask_on_the_web(visitor, "¿Dónde está mi pedido A-17?")
        expect(log.locator(".assistant .bubble").last).to_contain_text("en camino")
        visitor.screenshot(path=tmp_path / "visitor.png")
        page.screenshot(path=tmp_path / "chatbot.png", full_page=True)
        look_at_a_turn(page, address)
        page.screenshot(path=tmp_path / "turn.png", full_page=True)
        # Counted, limited below what is used, and refused kindly.
        page.goto(f"{address}/admin/usage")
        expect(page.locator(".tile").first).to_contain_text("3")
        limits = page.locator("#limits li", has_text="La Panadería")
        limits.locator("summary").click()
        limits.locator("[name=message_limit]").fill("3")
        limits.get_by_role("button", name="Guardar").click()
        expect(page.locator("#alerts")).to_contain_text("quota reached of bakery")
        ask_on_the_web(visitor, "¿Y los lunes?")
        expect(log.locator(".assistant .bubble").last).to_have_text("Por hoy terminamos, ¡hasta mañana!")
        assert say(app, ours, "¿Y los lunes?") == "Por hoy terminamos, ¡hasta mañana!"
        assert "una persona le responderá" in say(app, ours, "quiero hablar con una persona")
        assert (tell_alerts(), tell_alerts()) == (1, 0)
        assert [each.body["text"] for each in slack.heard] == ["CRITICAL: quota"]
        # Seen, raised, and answering again.
        page.click("text=La he visto")
        expect(page.locator("#alerts")).to_contain_text("alguien ya la vio")
        limits.locator("[name=message_limit]").fill("10")
        limits.get_by_role("button", name="Guardar").click()
        expect(page.locator("#alerts")).to_contain_text("No hay nada que revisar")
        assert "de 7 a 18 h" in say(app, ours, "¿A qué hora abre la panadería?")
        assert complaints.all() == []
        sees_nothing(signed_in(tenant), address)
        say(app, tenant, "Hola", 422)
        visitor.context.close()


def set_up(app: Flask, slack: FakeService) -> None:
    """Everybody may sign up, and Slack is a server of the test."""
    changes = {"sign_up": "open", "fetch_loopback": True, "public_base_url": "https://bakery.example.org"}
    webhook = SecretStr(f"{slack.url}/services/made-up")
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = settings.model_copy(update={**changes, "slack_alert_webhook": webhook})


def try_and_publish(app: Flask, page: Page, ours: Tenant) -> None:
    page.fill("#trial [name=message]", "Hola")
    page.press("#trial [name=message]", "Enter")
    expect(page.locator("#trial .assistant")).to_contain_text("Soy el asistente de La Panadería")
    say(app, ours, "Hola", 422)
    page.click("text=Publicar el borrador")
    expect(page.locator("#versions")).to_contain_text("Versión 1")
    read_documents(ours)


def look_at_a_turn(page: Page, address: str) -> None:
    """One of them, step by step."""
    log_conversations()
    page.goto(f"{address}/admin/conversations")
    page.locator("a.row", has_text="pedido A-17").click()
    page.get_by_role("link", name="Paso a paso").last.click()
    expect(page.locator("#steps")).to_contain_text("order_status")
    expect(page.locator("#steps")).to_contain_text("offline")


def sees_nothing(stranger: Page, address: str) -> None:
    """Another organisation's member."""
    for path in ("chatbots", "tools", "usage", "conversations", "settings"):
        stranger.goto(f"{address}/admin/{path}")
        expect(stranger.locator("main")).not_to_contain_text("bakery")
        expect(stranger.locator("main")).not_to_contain_text("order-status")


def ask_on_the_web(visitor: Page, text: str) -> None:
    """What a visitor writes, with the answer to it there."""
    said = visitor.get_by_role("log").locator(".said")
    before = said.count()
    visitor.get_by_role("textbox").fill(text)
    visitor.get_by_role("textbox").press("Enter")
    expect(said).to_have_count(before + 2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_the_platform(
    app: Flask, signed_in: Callable[..., Page], address: str, tenant: Tenant, scheme: str, tmp_path: Path
) -> None:
    from cci_app.admin.chatbots.acts import make_from_template
    from cci_app.usage.quotas import set_limits

    made = make_from_template(tenant.organisation_id, "concierge", name="desk", title="La recepción", languages=["es"])
    set_limits(tenant.organisation_id, "", {"message_limit": 0})
    page = signed_in(tenant, bypass_csp=True, color_scheme=scheme, width=375)
    for path in ("chatbots", f"chatbots/{made['id']}", "tools", "usage"):
        page.goto(f"{address}/admin/{path}")
        page.screenshot(path=tmp_path / f"{path.partition('/')[0]}.png", full_page=True)
        assert barriers(page) == [], path
        assert too_wide(page) <= 0, path
