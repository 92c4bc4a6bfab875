"""The page of an assistant in a real browser: the picture and its table, the answers, the texts in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_docs import Complaints
from tests.conftest import Tenant
from tests.exports.conftest import Add
from tests.fakes.watching import barriers, too_wide

pytestmark = pytest.mark.browser


def test_answers_are_seen_as_picture_and_list(
    signed_in: Callable[..., Page], address: str, tenant: Tenant, add: Add
) -> None:
    for number in range(4):
        add(answers={1: "Sí", 2: f"La feria {number}"}, contact_name="Ana Ruiz", company="Café Uno")
    page = signed_in(tenant)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/assistant")
    expect(page.locator("#answered .plot canvas")).to_be_visible()
    expect(page.locator("#answered tbody tr")).to_have_count(7)
    page.locator("#answered tbody tr").nth(1).get_by_role("link").click()
    expect(page.locator("#answers")).to_contain_text("La feria 3")
    page.locator("#answers li a").first.click()
    page.wait_for_url("**/admin/conversations/*")
    page.go_back()
    page.locator("#texts summary", has_text="Frases").focus()
    page.keyboard.press("Enter")
    expect(page.locator("code", has_text="say.hello_name_company")).to_be_visible()
    assert complaints.all() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_axe_finds_nothing(
    signed_in: Callable[..., Page], address: str, tenant: Tenant, add: Add, scheme: str
) -> None:
    add(answers={1: "x" * 400}, contact_name="محمد " * 60, company="<b>")
    page = signed_in(tenant, width=375, bypass_csp=True, color_scheme=scheme)
    page.goto(f"{address}/admin/assistant")
    page.wait_for_load_state("networkidle")
    assert too_wide(page) <= 0
    assert barriers(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.screenshot(path=f"/tmp/p-assistant-{scheme}.png", full_page=False)
