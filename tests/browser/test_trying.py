"""Trying an assistant in a real browser: as a contact, by keys alone, on a phone, and by a link without an account."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from cci_app.conversation.log import log_conversations
from cci_app.conversation.models import ConversationRun
from cci_app.core.database import tenant_transaction
from tests.admin.contacts import add_contact
from tests.browser.test_docs import Complaints
from tests.conftest import Tenant
from tests.fakes.watching import barriers, too_wide

pytestmark = pytest.mark.browser
PHONE = "+573000000001"


def write(page: Page, text: str) -> None:
    answered = page.locator(".theirs").count()
    page.fill("#write", text)
    page.press("#write", "Enter")
    expect(page.locator(".theirs")).to_have_count(answered + 1)


def test_a_contact_is_tried_and_told_how_each_answer_was_made(
    app: Flask, signed_in: Callable[..., Page], address: str, tenant: Tenant
) -> None:
    add_contact(tenant, PHONE, first_name="Camille", company="Café Uno")
    page = signed_in(tenant)
    complaints = Complaints(page, address)
    page.goto(f"{address}/try")
    page.select_option("select[name=known_as] >> nth=0", PHONE)
    expect(page.locator(".device header")).to_contain_text("Camille, Café Uno")
    write(page, "Bonjour")
    expect(page.locator(".theirs").last).to_contain_text("Camille")
    write(page, "Oui, j'ai accédé à l'espace membre")
    told = page.locator("#trial .card")
    expect(told.first).to_contain_text("2 de 7")
    expect(told.first).to_contain_text("Francés")
    expect(told.last).to_contain_text("Una respuesta")
    # What was said is there again by its address, and in the list.
    page.reload()
    expect(page.locator(".theirs")).to_have_count(2)
    expect(page.locator("#earlier")).to_contain_text("Camille · Café Uno")
    log_conversations()
    with tenant_transaction(tenant.organisation_id) as session:
        assert session.query(ConversationRun).count() == 0
    assert complaints.all() == []


def test_a_trial_is_held_with_keys_alone(signed_in: Callable[..., Page], address: str, tenant: Tenant) -> None:
    page = signed_in(tenant)
    page.goto(f"{address}/try")
    expect(page.locator("#write")).to_be_focused()
    page.keyboard.type("<b>Hola</b>")
    page.keyboard.press("Enter")
    expect(page.locator(".theirs")).to_have_count(1)
    expect(page.locator(".mine .bubble")).to_have_text("<b>Hola</b>")
    expect(page.locator("#write")).to_be_focused()
    page.keyboard.type("no")
    page.keyboard.press("Enter")
    expect(page.locator(".theirs")).to_have_count(2)


def test_a_colleague_tries_by_a_link_until_it_is_revoked(
    browser: Browser, signed_in: Callable[..., Page], address: str, tenant: Tenant
) -> None:
    page = signed_in(tenant)
    page.goto(f"{address}/try")
    page.fill("input[name=note]", "Ana, junta directiva")
    page.click("text=Crear el enlace")
    link = page.locator("#made input").input_value()
    context = browser.new_context(viewport={"width": 375, "height": 800}, locale="es-CO")
    guest = context.new_page()
    complaints = Complaints(guest, address)
    guest.goto(link)
    expect(guest.locator("nav")).to_have_count(0)
    write(guest, "Hola, ¿quiénes son?")
    assert too_wide(guest) <= 0
    assert complaints.all() == []
    page.goto(f"{address}/try")
    expect(page.locator("#earlier")).to_contain_text("por un enlace")
    page.locator("#links li", has_text="Ana").get_by_role("button").click()
    expect(page.locator("#links")).not_to_contain_text("Ana, junta directiva")
    guest.fill("#write", "¿Sigue ahí?")
    guest.press("#write", "Enter")
    expect(guest.locator("#notice")).to_contain_text("Este enlace ya no es válido")
    gone = guest.goto(link)
    assert gone is not None
    assert gone.status == 410
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_trial(
    signed_in: Callable[..., Page], address: str, tenant: Tenant, scheme: str
) -> None:
    page = signed_in(tenant, bypass_csp=True, color_scheme=scheme, width=375)
    page.goto(f"{address}/try")
    write(page, "Bonjour")
    assert barriers(page) == []
    assert too_wide(page) <= 0
