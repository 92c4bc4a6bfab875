"""Accounts outside on the page of the settings, by the mouse and on a phone, in French."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cci_app.admin.organisation.settings import change_settings
from cci_app.core.database import tenant_transaction
from tests.browser.test_docs import Complaints
from tests.conftest import Tenant
from tests.fakes.graph import CLIENT, HOST, SITE, TENANT, FakeGraph
from tests.fakes.waha import API_KEY, FakeWaha
from tests.fakes.watching import too_wide

pytestmark = pytest.mark.browser


def test_an_account_is_added_checked_connected_and_removed(
    app: Flask,
    signed_in: Callable[..., Page],
    address: str,
    tenant: Tenant,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expect.set_options(timeout=20_000)
    changed = {"public_url": "https://chat.example.org", "fetch_loopback": True}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=changed))
    with tenant_transaction(tenant.organisation_id) as session:
        change_settings(session, tenant.organisation_id, {"language": "fr"})
    with FakeWaha() as waha:
        page = signed_in(tenant)
        complaints = Complaints(page, address)
        page.goto(f"{address}/admin/settings")
        page.get_by_role("link", name="Ajouter un compte de canal").click()
        page.screenshot(path=tmp_path / "kinds.png")
        page.get_by_role("link", name="WAHA").click()
        page.get_by_label("Nom").fill("bureau")
        page.get_by_label("Adresse de votre WAHA").fill(waha.address)
        page.get_by_label("Clé d’API").fill(API_KEY)
        page.screenshot(path=tmp_path / "form.png", full_page=True)
        page.get_by_role("button", name="Ajouter").click()
        # What is missing is said, and what was written stays, but for the secret.
        expect(page.get_by_role("alert")).to_contain_text("il faut hmac_key ou token")
        expect(page.get_by_label("Nom")).to_have_value("bureau")
        expect(page.get_by_label("Clé d’API")).to_have_value("")
        page.screenshot(path=tmp_path / "refused.png", full_page=True)
        page.get_by_label("Clé d’API").fill(API_KEY)
        page.get_by_label("qui signe les livraisons").fill("made-up-secret")
        page.get_by_role("button", name="Ajouter").click()
        account = page.locator("#channels li", has_text="bureau")
        deliver_to = account.get_by_label("Où le canal doit livrer")
        expect(deliver_to).to_have_value(re.compile(r"^https://chat\.example\.org/api/v1/channels/waha/default@"))
        waha.status = "SCAN_QR_CODE"
        account.get_by_role("button", name="Vérifier").click()
        expect(account.locator(".notice")).to_contain_text("scannez le code QR")
        page.screenshot(path=tmp_path / "settings.png", full_page=True)
        account.get_by_role("link", name="Relier un téléphone").click()
        expect(page.get_by_role("img", name="Le code à scanner")).to_be_attached()
        page.screenshot(path=tmp_path / "code.png")
        waha.status = "WORKING"
        page.get_by_role("button", name="Vérifier").click()
        expect(account.locator(".badge.good")).to_be_visible()
        assert complaints.all() == []
        for path in ("/admin/settings", "/admin/settings/channels/new", "/admin/settings/channels/new/email"):
            page.set_viewport_size({"width": 375, "height": 700})
            page.goto(f"{address}{path}")
            assert too_wide(page) <= 0
            page.screenshot(path=tmp_path / f"phone-{path.rpartition('/')[2]}.png", full_page=True)
        page.goto(f"{address}/admin/settings")
        page.on("dialog", lambda dialog: dialog.accept())
        account.get_by_role("button", name="Supprimer").click()
        expect(account).to_have_count(0)


def test_a_sharepoint_is_connected_and_tried(
    app: Flask,
    signed_in: Callable[..., Page],
    address: str,
    tenant: Tenant,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expect.set_options(timeout=20_000)
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update={"fetch_loopback": True}))
    with tenant_transaction(tenant.organisation_id) as session:
        change_settings(session, tenant.organisation_id, {"language": "fr"})
    with FakeGraph() as graph:
        page = signed_in(tenant)
        complaints = Complaints(page, address)
        page.goto(f"{address}/admin/settings")
        page.get_by_role("link", name="Connecter un service").click()
        page.screenshot(path=tmp_path / "kinds.png")
        page.get_by_role("link", name="SharePoint").click()
        page.get_by_label("Nom", exact=True).fill("membres")
        page.get_by_label("Directory (tenant) ID").fill(TENANT)
        page.get_by_label("Application (client) ID").fill(CLIENT)
        page.get_by_label("Client secret").fill(graph.secret)
        page.get_by_label("Adresse du site").fill(f"{HOST}:{SITE}")
        page.get_by_label("Bibliothèque de documents").fill("Exports")
        page.screenshot(path=tmp_path / "form.png", full_page=True)
        page.get_by_text("Plus", exact=True).click()
        page.get_by_label("Adresse de Microsoft Graph").fill(graph.address)
        page.get_by_label("Où Microsoft identifie").fill(graph.address)
        page.screenshot(path=tmp_path / "more.png", full_page=True)
        page.get_by_role("button", name="Ajouter").click()
        account = page.locator("#integrations li", has_text="membres")
        account.get_by_role("button", name="Vérifier").click()
        expect(account.locator(".badge.good")).to_be_visible()
        page.screenshot(path=tmp_path / "settings.png", full_page=True)
        assert complaints.all() == []
        page.set_viewport_size({"width": 375, "height": 700})
        for kind in ("sharepoint", "google_sheets"):
            page.goto(f"{address}/admin/settings/integrations/new/{kind}")
            assert too_wide(page) <= 0
            page.screenshot(path=tmp_path / f"phone-{kind}.png", full_page=True)
        page.goto(f"{address}/admin/settings")
        page.on("dialog", lambda dialog: dialog.accept())
        account.get_by_role("button", name="Supprimer").click()
        expect(account).to_have_count(0)
