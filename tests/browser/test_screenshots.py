"""Pictures of every page for docs/pages.md, in French and Spanish: `make screenshots`."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.accounts.signed_in import PASSWORD, make_member
from tests.browser.furnished import furnish
from tests.conftest import Tenant

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parents[2] / "docs" / "pages"
NAMES = {"fr": "Chambre de commerce Exemple", "es": "Cámara de Comercio Ejemplo"}
PAGES = {
    "overview": "/admin?period=month",
    "conversations": "/admin/conversations",
    "contacts": "/admin/contacts",
    "knowledge": "/admin/knowledge",
    "exports": "/admin/exports",
    "system": "/admin/system",
}
QUESTIONS = {"fr": "Combien coûte la cotisation ?", "es": "¿Cuánto cuesta la afiliación?"}


@pytest.mark.parametrize("language", ["fr", "es"])
def test_pages_are_pictured(
    request: pytest.FixtureRequest,
    browser: Browser,
    app: Flask,
    tenant: Tenant,
    address: str,
    store: Path,
    language: str,
) -> None:
    if not request.config.getoption("--screenshots"):
        pytest.skip("only asked for by make screenshots")
    furnish(app, tenant, name=NAMES[language], language=language)
    member = make_member(tenant)
    FOLDER.mkdir(exist_ok=True)
    context = browser.new_context(viewport={"width": 1320, "height": 900}, locale=language, device_scale_factor=1)
    page = context.new_page()
    page.goto(f"{address}/login")
    page.screenshot(path=FOLDER / f"login-{language}.png")
    page.fill("input[name=email]", member.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    for name, path in PAGES.items():
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / f"{name}-{language}.png", full_page=name in {"overview", "system"})
    page.goto(f"{address}/admin/conversations?state=completed")
    page.locator("a.row").first.click()
    page.locator("details.made summary").nth(1).click()
    page.screenshot(path=FOLDER / f"conversation-{language}.png", full_page=False)
    page.goto(f"{address}/admin/contacts")
    page.locator("a.row").nth(2).click()
    page.screenshot(path=FOLDER / f"contact-{language}.png")
    page.goto(f"{address}/admin/knowledge?question={QUESTIONS[language]}")
    page.locator("#documents a").nth(2).click()
    page.screenshot(path=FOLDER / f"document-{language}.png")
    context.close()
    if language == "fr":
        _phone_and_dark(browser, address, member.email)


def _phone_and_dark(browser: Browser, address: str, email: str) -> None:
    """The same at night, on a phone."""
    context = browser.new_context(
        viewport={"width": 375, "height": 812}, color_scheme="dark", locale="fr", device_scale_factor=2
    )
    page = context.new_page()
    page.goto(f"{address}/login")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    for name in ("overview", "conversations"):
        page.goto(address + PAGES[name])
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / f"{name}-phone-dark.png")
    context.close()
