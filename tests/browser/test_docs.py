"""The documentation page in a real browser: it works under its CSP, without internet."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Tenant
from tests.fakes.entry_points import operations
from tests.fakes.watching import NOTE_VIOLATIONS

pytestmark = pytest.mark.browser


class Complaints:
    """Everything that a page complains of or asks other hosts for."""

    def __init__(self, page: Page, address: str) -> None:
        self.heard: list[str] = []
        self._page = page
        page.add_init_script(NOTE_VIOLATIONS)
        page.on("console", lambda message: self._hear("console", message.text, message.type in {"error", "warning"}))
        page.on("pageerror", lambda error: self._hear("error", str(error), True))
        page.on(
            "request", lambda request: self._hear("left", request.url, not request.url.startswith((address, "data:")))
        )

    def _hear(self, what: str, text: str, counts: bool) -> None:
        if counts:
            self.heard.append(f"{what}: {text}")

    def all(self) -> list[str]:
        """What was heard so far, violations of the policy included."""
        return [*self.heard, *self._page.evaluate("window.violations")]


# Of so many operations Swagger UI draws those in view; what an id, a method and a path say is read of each.
IN_VIEW = """
() => [...document.querySelectorAll(".opblock")].map(block => [
    block.id.split("-").at(-1),
    block.querySelector(".opblock-summary-method").textContent,
    block.querySelector(".opblock-summary-path").textContent.replaceAll("\u200b", ""),
])
"""
MOST_SCREENS = 200


def scroll(page: Page) -> None:
    """Bring what follows into view, and have it drawn."""
    page.mouse.wheel(0, 300)
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def test_the_page_shows_every_operation(page: Page, address: str) -> None:
    complaints = Complaints(page, address)
    page.goto(f"{address}/docs")
    described = {
        (each.name, each.method, each.path) for each in operations(page.request.get(f"{address}/openapi.json").json())
    }
    expect(page.locator(".opblock").first).to_be_visible()
    seen: set[tuple[str, ...]] = set()
    for _ in range(MOST_SCREENS):
        seen |= {tuple(block) for block in page.evaluate(IN_VIEW)}
        if seen >= described:
            break
        scroll(page)
    assert seen == described
    assert complaints.all() == []


def test_a_violation_of_the_policy_would_be_heard(page: Page, address: str) -> None:
    complaints = Complaints(page, address)
    page.goto(f"{address}/docs")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    page.wait_for_function("window.violations.length")
    assert complaints.all()
    assert page.evaluate("window.ran") is None


def test_a_message_can_be_tried_out(page: Page, address: str, tenant: Tenant, tmp_path: Path) -> None:
    complaints = Complaints(page, address)
    page.goto(f"{address}/docs")
    page.locator(".auth-wrapper .authorize").click()
    key = page.locator(".auth-container").filter(has_text="X-API-Key")
    key.locator("input").fill(tenant.key)
    key.get_by_role("button", name="Apply credentials").click()
    key.get_by_role("button", name="Close").click()
    block = page.locator("#operations-whatsapp-send_message")
    for _ in range(MOST_SCREENS):
        if block.count():
            break
        scroll(page)
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    # A key filled in beforehand would give every message that is tried out the reply to the first one.
    expect(block.locator("tr[data-param-name='Idempotency-Key'] input")).to_have_value("")
    block.get_by_role("button", name="Execute").click()
    answer = block.locator(".live-responses-table .response").first
    expect(answer.locator(".response-col_status")).to_contain_text("200")
    reply = json.loads(answer.locator(".highlight-code code").first.inner_text())
    assert reply["user_status"] == {"current_question": 1, "language": "es", "has_context": False, "completed": False}
    page.screenshot(path=tmp_path / "docs.png", full_page=True)
    assert (tmp_path / "docs.png").stat().st_size > 10_000
    assert complaints.all() == []
