"""The frame of every page on a phone: one slim bar, and a menu that opens without a script."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from cci_app.accounts.caller import Role
from tests.browser.conftest import enter
from tests.browser.test_docs import Complaints
from tests.conftest import Tenant
from tests.fakes.watching import barriers, too_wide

pytestmark = pytest.mark.browser

PHONE = {"width": 375, "height": 667}
# One bar, which a thumb still meets.
HIGHEST_BAR = 56


@pytest.fixture
def without_script(browser: Browser, address: str, tenant: Tenant) -> Iterator[Page]:
    """A phone that runs no script."""
    context = browser.new_context(viewport=PHONE, locale="fr-FR", java_script_enabled=False)  # type: ignore[arg-type]
    yield enter(context, address, tenant)
    context.close()


def height(page: Page) -> float:
    box = page.locator("header.side").bounding_box()
    assert box is not None
    return box["height"]


def test_the_frame_is_one_bar_that_stays(signed_in: Callable[..., Page], address: str, tenant: Tenant) -> None:
    page = signed_in(tenant, width=375)
    for path, name in (("/admin/settings", "Ajustes"), ("/admin/tools", "Chatbots"), ("/admin/inbox", "Bandeja")):
        page.goto(f"{address}{path}")
        assert height(page) <= HIGHEST_BAR
        expect(page.locator(".opens")).to_contain_text(name)
        # What is below the bar begins the page.
        heading = page.locator("h1").bounding_box()
        assert heading is not None
        assert heading["y"] < HIGHEST_BAR + 40
    page.goto(f"{address}/admin/settings")
    page.evaluate("scrollTo(0, 400)")
    expect(page.locator(".opens")).to_be_in_viewport()
    expect(page.get_by_role("link", name="Avisos")).to_be_in_viewport()


def test_the_menu_opens_and_leads_on_without_a_script(without_script: Page, address: str) -> None:
    page = without_script
    expect(page.locator("#menu")).to_be_hidden()
    page.click(".opens")
    for path in ("/admin/inbox", "/admin/settings", "/admin/me"):
        expect(page.locator(f"#menu a[href='{path}']")).to_be_visible()
    # All of it at once: nobody scrolls a menu.
    expect(page.locator("#menu form button")).to_be_in_viewport(ratio=1)
    page.locator("#menu a[href='/admin/contacts']").click()
    page.wait_for_url(f"{address}/admin/contacts")
    expect(page.locator("#menu")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_menu_is_reached_and_left_by_keys(
    signed_in: Callable[..., Page], address: str, tenant: Tenant, scheme: str
) -> None:
    page = signed_in(tenant, Role.AGENT, width=375, bypass_csp=True, color_scheme=scheme)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/inbox")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Menú: Bandeja")).to_be_focused()
    assert barriers(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("#menu:popover-open")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("nav a").first).to_be_focused()
    assert barriers(page) == []
    assert too_wide(page) <= 0
    page.keyboard.press("Escape")
    expect(page.locator("#menu")).to_be_hidden()
    expect(page.locator(".opens")).to_be_focused()
    assert complaints.all() == []


def test_on_a_desk_the_menu_stands_beside_the_page(
    signed_in: Callable[..., Page], address: str, tenant: Tenant
) -> None:
    page = signed_in(tenant)
    page.goto(f"{address}/admin")
    expect(page.locator(".opens")).to_be_hidden()
    expect(page.locator("#menu a[href='/admin/me']")).to_be_in_viewport()
    expect(page.locator("nav a[aria-current=page]")).to_have_text("Resumen")
