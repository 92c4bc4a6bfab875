"""A chat on somebody's page, which is on another origin and allows nothing but our script and requests to us."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from cci_app.accounts.caller import Role
from cci_app.conversation.log import log_conversations
from cci_app.web_chats.register import renew_chat, set_chat
from tests.browser.test_docs import Complaints
from tests.browser.test_inbox_files import picture
from tests.conftest import Tenant
from tests.fakes.serving import serving
from tests.fakes.watching import barriers, too_wide

pytestmark = pytest.mark.browser

PDF = b"%PDF-1.7 fictional"


@contextmanager
def site(address: str, body: str, language: str = "fr") -> Iterator[str]:
    """Somebody's page, by the strictest policy that can show a chat; yields where it is."""
    policy = (
        f"default-src 'none'; script-src {address}/chat.js; connect-src {address}; style-src 'none'; img-src 'none';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script';"
        " trusted-types 'none'"
    )
    page = f"<!doctype html><html lang={language}><title>Une page</title><main><h1>Une page</h1></main>{body}</html>"

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Nothing: the test's own output is read."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


def tag(address: str, token: str) -> str:
    return f'<script src="{address}/chat.js" data-chat="{token}" async></script>'


def test_a_visitor_writes_on_a_page_with_a_strict_policy_and_a_human_answers_there(
    app: Flask,
    browser: Browser,
    signed_in: Callable[..., Page],
    address: str,
    tenant: Tenant,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    expect.set_options(timeout=20_000)
    token = set_chat(tenant.organisation_id, "cci", [], has_link=False).token
    with site(address, tag(address, token)) as place:
        set_chat(tenant.organisation_id, "cci", [place], has_link=False)
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR")
        page = context.new_page()
        complaints = Complaints(page, place)
        page.goto(place)
        # By the keyboard alone.
        launch = page.get_by_role("button", name="Ouvrir le chat")
        launch.focus()
        page.keyboard.press("Enter")
        field = page.get_by_role("textbox", name="Écrivez votre message")
        expect(field).to_be_focused()
        page.keyboard.type("Bonjour")
        page.keyboard.press("Enter")
        log = page.get_by_role("log", name="Messages")
        expect(log.locator(".assistant .bubble").first).to_contain_text("1/7")
        expect(log.locator(".visitor")).to_have_count(1)
        page.screenshot(path=tmp_path / "window.png")
        page.keyboard.type("Je veux parler à une personne")
        page.keyboard.press("Enter")
        expect(log.locator(".assistant .bubble")).to_have_count(2)
        log_conversations()
        # A colleague answers in the inbox, and the page shows it without being asked.
        colleague = signed_in(tenant, Role.AGENT)
        colleague.goto(f"{address}/admin/inbox")
        colleague.locator("a.row").click()
        colleague.fill("#text", "Bonjour, ici Ana : voyez https://example.org/visas.")
        colleague.click("text=Enviar")
        expect(log.locator(".human .bubble")).to_contain_text("ici Ana")
        expect(log.locator(".human .who")).to_have_text("Une personne")
        expect(log.locator(".human a")).to_have_attribute("href", "https://example.org/visas")
        page.screenshot(path=tmp_path / "human.png")
        # Escape closes, and what was said is there again after a reload.
        page.keyboard.press("Escape")
        expect(launch).to_be_focused()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.reload()
        page.get_by_role("button", name="Ouvrir le chat").click()
        expect(log.locator(".human .bubble")).to_contain_text("ici Ana")
        expect(log.locator(".visitor")).to_have_count(2)
        left = [each for each in complaints.all() if not each.startswith(f"left: {address}/")]
        assert left == []
        # Somebody else's browser has nothing of it.
        stranger = browser.new_context(locale="es-ES").new_page()
        stranger.goto(place)
        stranger.get_by_role("button", name="Ouvrir le chat").click()
        expect(stranger.get_by_role("log").locator(".visitor")).to_have_count(0)
        stranger.context.close()
        context.close()


def test_a_page_that_is_not_named_shows_nothing(browser: Browser, address: str, tenant: Tenant) -> None:
    token = set_chat(tenant.organisation_id, "cci", ["https://www.example.org"], has_link=True).token
    with site(address, tag(address, token)) as place:
        page = browser.new_page()
        # Without a word from us that it may, the browser gives the page no answer at all.
        with page.expect_event("requestfailed") as failed:
            page.goto(place)
        assert failed.value.url == f"{address}/api/v1/chat/{token}"
        expect(page.get_by_role("button")).to_have_count(0)
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_link_on_a_phone(
    browser: Browser, address: str, tenant: Tenant, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    expect.set_options(timeout=20_000)
    token = set_chat(tenant.organisation_id, "cci", [], has_link=True).token
    context = browser.new_context(
        viewport={"width": 375, "height": 700},
        locale="es-CO",
        color_scheme=scheme,
        bypass_csp=True,  # axe's own script
    )
    page = context.new_page()
    page.goto(f"{address}/chat/{token}")
    field = page.get_by_role("textbox", name="Escriba su mensaje")
    field.fill("Hola <b>\n" + "x" * 300)
    field.press("Enter")
    log = page.get_by_role("log", name="Mensajes")
    expect(log.locator(".visitor .bubble")).to_contain_text("<b>")
    expect(log.locator(".assistant .bubble").first).to_be_visible()
    page.screenshot(path=tmp_path / f"phone-{scheme}.png")
    assert too_wide(page) <= 0
    assert barriers(page) == []
    page.get_by_role("button", name="Empezar otra conversación").click()
    expect(log.locator(".visitor")).to_have_count(0)
    expect(field).to_be_focused()
    context.close()


def send_files(colleague: Page, address: str) -> None:
    """As a colleague, send a picture and a document to who waits in the inbox."""
    colleague.goto(f"{address}/admin/inbox")
    colleague.locator("a.row").click()
    for name, kind, content in (
        ("plan.png", "image/png", picture()),
        ("tarifs.pdf", "application/pdf", PDF),
    ):
        colleague.set_input_files("input[name=file]", {"name": name, "mimeType": kind, "buffer": content})
        colleague.click("text=Enviar")
        expect(colleague.get_by_text(name).first).to_be_attached()


def test_files_open_and_a_conversation_that_is_over_begins_anew(
    app: Flask,
    browser: Browser,
    signed_in: Callable[..., Page],
    address: str,
    tenant: Tenant,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expect.set_options(timeout=20_000)
    # Colleagues send files where channels can fetch them.
    changed = {"public_url": address, "file_storage": str(tmp_path / "files")}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=changed))
    token = set_chat(tenant.organisation_id, "cci", [], has_link=False).token
    with site(address, tag(address, token)) as place:
        set_chat(tenant.organisation_id, "cci", [place], has_link=False)
        context = browser.new_context(viewport={"width": 375, "height": 700}, locale="fr-FR")
        page = context.new_page()
        complaints = Complaints(page, place)
        page.goto(place)
        page.get_by_role("button", name="Ouvrir le chat").click()
        field = page.get_by_role("textbox", name="Écrivez votre message")
        log = page.get_by_role("log", name="Messages")
        for number, text in enumerate(("Bonjour", "Je veux parler à une personne"), start=1):
            field.fill(text)
            field.press("Enter")
            expect(log.locator(".assistant .bubble")).to_have_count(number)
        log_conversations()
        send_files(signed_in(tenant, Role.AGENT), address)
        expect(log.get_by_role("img", name="plan.png")).to_be_visible()
        assert log.locator("canvas").evaluate("canvas => canvas.width") == 120
        with page.expect_download() as saved:
            log.get_by_role("button", name="tarifs.pdf").click()
        assert (saved.value.suggested_filename, saved.value.path().read_bytes()) == ("tarifs.pdf", PDF)
        page.screenshot(path=tmp_path / "files.png")
        assert too_wide(page) <= 0
        left = [each for each in complaints.all() if not each.startswith(f"left: {address}/")]
        assert left == []
        # A token that is none any more is renewed, and the visitor told so.
        page.evaluate("key => localStorage.setItem(key, 'of-a-former-installation')", f"cci-chat-{token}")
        page.reload()
        page.get_by_role("button", name="Ouvrir le chat").click()
        expect(log.get_by_text("La conversation précédente est terminée")).to_be_visible()
        field.fill("Bonjour")
        field.press("Enter")
        expect(log.locator(".assistant .bubble")).to_have_count(1)
        # A chat that has another token by now is over, which is no fault of the network.
        renew_chat(tenant.organisation_id, "cci")
        field.fill("Encore")
        field.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("n’est plus disponible")
        expect(field).to_have_value("Encore")
        page.screenshot(path=tmp_path / "over.png")
        context.close()
