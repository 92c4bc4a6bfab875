"""Pictures of every page for docs/pages.md, in French and Spanish: `make screenshots`."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.accounts.signed_in import PASSWORD, make_member
from tests.browser.furnished import furnish
from tests.browser.judged import furnish_judged
from tests.browser.test_trying import write
from tests.conftest import Tenant

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parents[2] / "docs" / "pages"
NAMES = {"fr": "Chambre de commerce Exemple", "es": "Cámara de Comercio Ejemplo"}
PAGES = {
    "overview": "/admin?period=month",
    "inbox": "/admin/inbox",
    "conversations": "/admin/conversations",
    "board": "/admin/work/board",
    "monitor": "/admin/work/monitor",
    "handbook": "/admin/work/handbook",
    "unasked": "/admin/work/monitor/unasked",
    "contacts": "/admin/contacts",
    "knowledge": "/admin/knowledge",
    "exports": "/admin/exports",
    "assistant": "/admin/assistant?question=3",
    "system": "/admin/system",
    "team": "/admin/team",
    "keys": "/admin/team/keys",
    "settings": "/admin/settings",
    "channel": "/admin/settings/channels/new/waha",
    "me": "/admin/me",
}
JUDGED = {
    "feedback": "/admin/feedback",
    "reviews": "/admin/reviews",
    "versions": "/admin/versions/autos",
    "catalog": "/admin/catalogs/cars",
    "questions": "/admin/knowledge/questions",
    "crm": "/admin/work/conflicts",
}
TRIED = {
    "fr": ("Bonjour", "Oui, j'ai accédé à l'espace membre", "Organisez-vous des missions commerciales ?"),
    "es": ("Hola", "Sí, ya entré al espacio de miembros", "¿Organizan misiones comerciales?"),
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
        page.screenshot(path=FOLDER / f"{name}-{language}.png", full_page=name in {"overview", "system", "team"})
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
    page.goto(f"{address}/admin/work/projects")
    page.locator("a.row").last.click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"project-{language}.png")
    _try_and_audit(page, address, language)
    context.close()
    if language == "fr":
        _phone_and_dark(browser, address, member.email)


@pytest.mark.parametrize("language", ["fr", "es"])
def test_pages_of_what_was_judged_are_pictured(
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
    furnish_judged(app, tenant, language)
    member = make_member(tenant, email=f"ana.perez.{language}@example.org")
    for width, suffix in ((1320, language), *([(375, "phone")] if language == "fr" else [])):
        context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
        page = context.new_page()
        page.goto(f"{address}/login")
        page.fill("input[name=email]", member.email)
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        for name, path in JUDGED.items():
            page.goto(address + path)
            page.wait_for_load_state("networkidle")
            if name == "versions":
                page.locator("#share").screenshot(path=FOLDER / f"guard-rail-{suffix}.png")
                page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=FOLDER / f"{name}-{suffix}.png")
        context.close()


def _try_and_audit(page: Page, address: str, language: str) -> None:
    """A trial as a contact, and what all of it left in the audit log."""
    page.goto(f"{address}/try")
    page.locator("select[name=known_as]").first.select_option(index=3)
    page.wait_for_url("**known_as=*")
    page.wait_for_load_state("networkidle")
    for text in TRIED[language]:
        write(page, text)
    page.screenshot(path=FOLDER / f"try-{language}.png")
    page.goto(f"{address}/admin/team/keys")
    page.fill("#new input[name=name]", "Manychat")
    page.check("input[value=messages]")
    page.click("#new button[type=submit]")
    page.goto(f"{address}/admin/team/audit")
    page.screenshot(path=FOLDER / f"audit-{language}.png")


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
    for name in ("overview", "conversations", "board", "assistant"):
        page.goto(address + PAGES[name])
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / f"{name}-phone-dark.png")
    page.get_by_role("button", name="Menu").click()
    page.screenshot(path=FOLDER / "menu-phone-dark.png")
    context.close()
