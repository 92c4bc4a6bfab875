"""A Monday morning of an admin, from the first password to the sign-out, in a real browser."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cci_app.contacts.job import run_reload
from cci_app.core.database import tenant_transaction
from cci_app.exports.job import run_export
from cci_app.integrations import patience, upload
from cci_app.jobs.models import Job
from tests.accounts.signed_in import PASSWORD, make_member
from tests.browser.test_docs import Complaints
from tests.browser.test_trying import write
from tests.conftest import Tenant
from tests.exports.conftest import Add
from tests.fakes.graph import FakeGraph
from tests.fakes.watching import barriers, too_wide
from tests.fakes.workbooks import workbook

pytestmark = pytest.mark.browser

NEW = "a password of my own, and longer"
# Titles above the header, numbers as people write them, one person twice, one without a number.
MESSY = workbook(
    ["Directorio de socios 2026"],
    [],
    ["Celular", "Nombre", "Empresa"],
    ["300 000 00 01", "Camille", "Café Uno"],
    ["+57 (300) 000-0002", "Ana", "Vinos del Valle"],
    ["3000000002", "Ana María", "Vinos del Valle"],
    ["no tiene", "Luis", "Sin Número SAS"],
)
TEAM = ("/admin/team", "/admin/team/keys", "/admin/team/audit", "/admin/me", "/admin/settings")


@pytest.fixture
def graph(app: Flask, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGraph]:
    """SharePoint, as the environment of the organisation has it."""
    monkeypatch.setattr(patience, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(upload, "PIECE_BYTES", 320 * 1024)
    before = app.config["SETTINGS"]
    with FakeGraph() as fake:
        values = {name.lower(): value for name, value in fake.settings.items()}
        known = type(before)(**{**before.model_dump(), **values})
        changes = {name: getattr(known, name) for name in values}
        changes |= {"default_organisation": tenant.slug, "file_storage": str(tmp_path / "files")}
        app.config["SETTINGS"] = before.model_copy(update=changes)
        yield fake
    app.config["SETTINGS"] = before


def newest(tenant: Tenant) -> Job:
    with tenant_transaction(tenant.organisation_id) as session:
        return session.query(Job).order_by(Job.created_at.desc()).first()  # type: ignore[return-value]


def change_the_first_password(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/login")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.click(".who a[href='/admin/me']")
    page.fill("input[name=old_password]", PASSWORD)
    page.fill("input[name=new_password]", NEW)
    page.click("#password button")
    expect(page.locator("[role=status]").nth(1)).to_contain_text("La contraseña cambió")


def make_and_revoke_a_key(page: Page, address: str) -> None:
    page.click("nav >> text=Equipo y claves")
    page.click("text=Claves de API")
    page.fill("#new input[name=name]", "Manychat")
    page.check("input[value=messages]")
    page.click("#new button[type=submit]")
    key = page.locator("#made input").input_value()
    page.locator("#keys li", has_text="Manychat").get_by_role("button").click()
    expect(page.locator("#keys li").first).not_to_contain_text("Manychat")
    asked = page.request.get(f"{address}/api/v1/admin/stats", headers={"X-API-Key": key, "Cookie": ""})
    assert asked.status in {401, 403}


def test_a_morning(app: Flask, page: Page, address: str, tenant: Tenant, graph: FakeGraph, add: Add) -> None:
    owner = make_member(tenant)
    complaints = Complaints(page, address)
    change_the_first_password(page, address, owner.email)
    # A messy workbook, its difference, and the book.
    page.click("nav >> text=Contactos")
    file = {"name": "socios.xlsx", "mimeType": "application/octet-stream", "buffer": MESSY}
    page.set_input_files("#workbook input[type=file]", file)  # type: ignore[arg-type]
    page.click("text=Ver la diferencia")
    expect(page.locator("#difference")).to_contain_text("nuevos")
    page.click("#difference button")
    page.wait_for_url("**/admin/contacts/reloads/*")
    run_reload(newest(tenant).id)
    page.click("#job a.button")
    expect(page.locator("a.row")).to_have_count(2)
    # An export to SharePoint, its bar, and its link.
    add(texts=["Hola"], company="Café Uno")
    page.click("nav >> text=Exportaciones")
    page.select_option("select[name=destination]", "sharepoint")
    page.click("#new button[type=submit]")
    expect(page.locator("#jobs progress")).to_be_visible()
    run_export(newest(tenant).id)
    link = page.locator("#jobs a.button", has_text="Abrir")
    expect(link).to_be_visible()
    assert str(link.get_attribute("href")).startswith("http")
    assert len(graph.files) == 1
    # A conversation held on the page to try, and read again.
    page.click("nav >> text=Probar")
    write(page, "Bonjour")
    page.goto(f"{address}/try")
    page.click("#earlier a")
    expect(page.locator(".mine .bubble")).to_have_text("Bonjour")
    make_and_revoke_a_key(page, address)
    # All of it in the audit log.
    page.click("text=Registro de auditoría")
    told = page.locator("#found table")
    for act in ("Inició sesión", "Cambió la contraseña", "Importó contactos", "Pidió una exportación"):
        expect(told).to_contain_text(act)
    for act in ("Creó una clave", "Revocó una clave"):
        expect(told).to_contain_text(act)
    with page.expect_download() as download:
        page.click("text=Exportar en CSV")
    assert "key.revoked" in Path(download.value.path()).read_text()
    # Signing out.
    page.click("text=Cerrar sesión")
    page.wait_for_url(re.compile("/login"))
    page.goto(f"{address}/admin")
    assert "/login" in page.url
    assert complaints.all() == []


def test_the_pages_of_a_team_fit_a_phone_and_axe_finds_nothing(
    signed_in: Callable[..., Page], address: str, tenant: Tenant
) -> None:
    page = signed_in(tenant, width=375, bypass_csp=True)
    for path in TEAM:
        page.goto(f"{address}{path}")
        page.wait_for_load_state("networkidle")
        assert too_wide(page) <= 0, path
        assert barriers(page) == [], path
        assert page.locator("h1").count() == 1


def test_a_role_is_given_and_somebody_invited_with_keys_alone(
    signed_in: Callable[..., Page], address: str, tenant: Tenant
) -> None:
    page = signed_in(tenant)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/team")
    page.focus("#invite input")
    page.keyboard.type("diego@example.org")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#made input")).to_have_value(re.compile("/login/invitation/"))
    expect(page.locator("#invite")).to_contain_text("diego@example.org")
    assert complaints.all() == []
