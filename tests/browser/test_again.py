"""A turn run again and labels put on, in a real browser."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cci_app.conversation.log import log_conversations
from tests.browser.test_docs import Complaints
from tests.conftest import Tenant
from tests.fakes.watching import barriers, too_wide

pytestmark = pytest.mark.browser


@pytest.fixture
def conversation(app: Flask, tenant: Tenant) -> None:
    for text in ("Hola", "Sí, ya entré al espacio de miembros"):
        body = {"user_id": "+573000000001", "message": text}
        sent = app.test_client().post("/api/v1/whatsapp/message", json=body, headers=tenant.headers)
        assert sent.status_code == 200
    log_conversations()


@pytest.mark.usefixtures("conversation")
def test_what_was_said_stands_beside_what_would_be_said_today(
    signed_in: Callable[..., Page], address: str, tenant: Tenant
) -> None:
    page = signed_in(tenant, width=375, bypass_csp=True)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/conversations")
    page.locator("a.row").first.click()
    page.get_by_text("¿Qué diría hoy?").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/try/again")
    then, today = (page.locator(".grid2 .bubble").nth(place).inner_text() for place in (0, 1))
    assert then == today
    expect(page.locator("main")).to_contain_text("No se envía ni se guarda nada")
    assert too_wide(page) <= 0
    assert barriers(page) == []
    assert complaints.all() == []


@pytest.mark.usefixtures("conversation")
def test_a_label_leads_back_to_its_conversations(signed_in: Callable[..., Page], address: str, tenant: Tenant) -> None:
    page = signed_in(tenant)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/conversations")
    page.locator("a.row").first.click()
    page.fill("input[name=labels]", "Seguimiento, visa")
    page.press("input[name=labels]", "Enter")
    page.locator("#labels a", has_text="seguimiento").click()
    page.wait_for_url("**label=seguimiento")
    expect(page.locator("a.row")).to_have_count(1)
    expect(page.locator("a.row")).to_contain_text("visa")
    expect(page.locator("select[name=label]")).to_have_value("seguimiento")
    assert complaints.all() == []
