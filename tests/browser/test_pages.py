"""The pages of admins in a real browser: sign in, look, read, bring in, export; by mouse, by keys, on a phone."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cci_app.accounts.caller import Role
from cci_app.contacts.job import run_reload
from cci_app.core.database import tenant_transaction
from cci_app.exports.job import run_export
from cci_app.jobs.models import Job
from tests.browser.furnished import furnish
from tests.browser.test_docs import Complaints
from tests.conftest import SAMPLES, Tenant, make_tenant
from tests.fakes.watching import barriers, too_wide

pytestmark = pytest.mark.browser

UNTRUSTED = "(() => { try { document.body.innerHTML = '<p>x</p>'; return false } catch { return true } })()"
FOCUSED = (
    "(each => each.name || (each.getAttribute('href') || '').split('/').slice(0, 3).join('/') || each.type)"
    "(document.activeElement)"
)
PAGES = ("", "/inbox", "/inbox?view=mine", "/desk", "/conversations", "/contacts", "/knowledge", "/exports", "/system")


@pytest.fixture(scope="module")
def furnished(application: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    """A chamber in French with a record, for those who only look."""
    settings = application.config["SETTINGS"]
    folder = str(tmp_path_factory.mktemp("pages") / "files")
    with application.app_context():
        application.config["SETTINGS"] = settings.model_copy(update={"file_storage": folder})
        tenant = make_tenant(f"chamber-{uuid.uuid4().hex[:8]}")
        furnish(application, tenant, name="Chambre Exemple", language="fr", conversations=60)
        yield tenant
    application.config["SETTINGS"] = settings


def addresses_of(page: Page, address: str) -> list[str]:
    """Every page, and one of each thing that a list leads to."""
    found = [f"{address}/admin{path}" for path in PAGES]
    for path, link in (
        ("/inbox", "a.row"),
        ("/conversations", "a.row"),
        ("/contacts", "a.row"),
        ("/knowledge", "#documents a"),
    ):
        page.goto(f"{address}/admin{path}")
        found.append(address + str(page.locator(link).first.get_attribute("href")))
    return found


def test_no_page_complains_or_runs_off_a_phone(signed_in: Callable[..., Page], address: str, furnished: Tenant) -> None:
    page = signed_in(furnished, width=375)
    complaints = Complaints(page, address)
    for each in addresses_of(page, address):
        page.goto(each)
        page.wait_for_load_state("networkidle")
        assert too_wide(page) <= 0, each
        assert page.locator("h1").count() == 1
        assert page.locator("html").get_attribute("lang") == "fr"
    assert complaints.all() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(signed_in: Callable[..., Page], address: str, furnished: Tenant, scheme: str) -> None:
    # Only the checker's own script needs a way around the policy.
    page = signed_in(furnished, bypass_csp=True, color_scheme=scheme)
    for each in addresses_of(page, address):
        page.goto(each)
        page.wait_for_load_state("networkidle")
        assert barriers(page) == [], each


def test_the_policy_and_trusted_types_are_at_work(
    signed_in: Callable[..., Page], address: str, furnished: Tenant
) -> None:
    page = signed_in(furnished)
    answer = page.goto(f"{address}/admin")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'; style-src 'self'" in policy
    assert page.evaluate(UNTRUSTED), "an assignment that is not trusted must fail"


def test_a_message_that_is_html_is_text(signed_in: Callable[..., Page], address: str, tenant: Tenant, add: Any) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    name = "محمد " * 60
    run_id = add(texts=[hostile], contact_name=name, company=hostile)
    page = signed_in(tenant, width=375)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/conversations")
    expect(page.get_by_text(hostile).first).to_be_visible()
    page.goto(f"{address}/admin/conversations/{run_id}")
    expect(page.locator(".person .bubble")).to_have_text(hostile)
    assert too_wide(page) <= 0
    assert complaints.all() == []


def test_words_are_looked_for_while_they_are_typed(
    signed_in: Callable[..., Page], address: str, tenant: Tenant, add: Any
) -> None:
    add(texts=["Un visa pour un salarié ?"], contact_name="Camille Durand")
    add(texts=["Buenos días"], contact_name="Ana Ruiz")
    page = signed_in(tenant)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/conversations")
    expect(page.locator("a.row")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("salarie")
    expect(page.locator("a.row")).to_have_count(1)
    expect(page.locator("a.row")).to_contain_text("Camille Durand")
    assert "text=salarie" in page.url
    page.keyboard.type(" xyz")
    expect(page.locator("#found")).to_contain_text("Ninguna conversación coincide")
    page.go_back()
    expect(page.locator("a.row")).to_have_count(1)
    assert complaints.all() == []


def test_all_can_be_reached_by_keys(signed_in: Callable[..., Page], address: str, furnished: Tenant) -> None:
    page = signed_in(furnished)
    page.goto(f"{address}/admin/conversations")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(FOCUSED))
    assert {"text", "state", "language", "unanswered", "/admin/conversations", "/admin/contacts"} <= reached
    page.locator("a.row").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chat")).to_be_visible()


def test_a_workbook_is_compared_before_it_counts(
    app: Flask, signed_in: Callable[..., Page], address: str, tenant: Tenant, store: Path
) -> None:
    page = signed_in(tenant)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/contacts")
    expect(page.locator("#found")).to_contain_text("La agenda está vacía")
    page.set_input_files("#workbook input[type=file]", SAMPLES / "contacts.xlsx")
    page.click("text=Ver la diferencia")
    expect(page.locator("#difference")).to_contain_text("nuevos")
    with tenant_transaction(tenant.organisation_id) as session:
        assert session.query(Job).count() == 0
    page.click("#difference button")
    page.wait_for_url("**/admin/contacts/reloads/*")
    expect(page.locator("#job")).to_contain_text("En espera")
    with tenant_transaction(tenant.organisation_id) as session:
        (job,) = session.query(Job).all()
    run_reload(job.id)
    expect(page.locator("#job")).to_contain_text("en la agenda ahora")
    page.click("text=Ver los contactos")
    assert page.locator("a.row").count() > 10
    assert complaints.all() == []


def test_an_unreadable_workbook_says_so_and_changes_nothing(
    signed_in: Callable[..., Page], address: str, tenant: Tenant, tmp_path: Path
) -> None:
    broken = tmp_path / "contactos.xlsx"
    broken.write_bytes(b"PK\x03\x04 broken")
    page = signed_in(tenant)
    page.goto(f"{address}/admin/contacts")
    page.set_input_files("#workbook input[type=file]", broken)
    page.click("text=Ver la diferencia")
    expect(page.locator("#difference")).to_contain_text("Este archivo no se puede leer")
    expect(page.locator("#difference")).to_contain_text("No se cambió nada")


def test_an_export_is_watched_to_its_file(
    app: Flask, signed_in: Callable[..., Page], address: str, tenant: Tenant, store: Path, add: Any
) -> None:
    add(texts=["Hola"])
    page = signed_in(tenant)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/exports")
    expect(page.locator("#jobs")).to_contain_text("Todavía no hay exportaciones")
    page.select_option("select[name=format]", "csv")
    page.click("#new button[type=submit]")
    expect(page.locator("#jobs progress")).to_be_visible()
    with tenant_transaction(tenant.organisation_id) as session:
        (job,) = session.query(Job).all()
    run_export(job.id)
    expect(page.locator("#jobs")).to_contain_text("1 conversación")
    with page.expect_download() as download:
        page.click("#jobs a.button")
    assert Path(download.value.path()).read_bytes().startswith(b"\xef\xbb\xbf")
    assert complaints.all() == []


def test_a_lost_network_is_told_and_forgotten(signed_in: Callable[..., Page], address: str, tenant: Tenant) -> None:
    page = signed_in(tenant)
    page.goto(f"{address}/admin/system")
    expect(page.locator("#lost")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.locator("#lost")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#lost")).to_be_hidden()


def test_a_session_that_is_over_loses_nothing_that_was_typed(
    signed_in: Callable[..., Page], address: str, tenant: Tenant
) -> None:
    page = signed_in(tenant)
    page.goto(f"{address}/admin/contacts")
    page.context.clear_cookies()
    page.set_input_files("#workbook input[type=file]", SAMPLES / "contacts.xlsx")
    page.click("#workbook button[type=submit]")
    expect(page.locator("#notice")).to_contain_text("session")
    assert page.evaluate("document.querySelector('#workbook input[type=file]').files.length") == 1
    page.goto(f"{address}/admin/contacts?text=ana")
    assert page.url == f"{address}/login?next=%2Fadmin%2Fcontacts%3Ftext%3Dana"


def test_a_viewer_sees_and_cannot_change(signed_in: Callable[..., Page], address: str, furnished: Tenant) -> None:
    page = signed_in(furnished, role=Role.VIEWER)
    for path, gone in (("/contacts", "#workbook"), ("/knowledge", "input[type=file]")):
        page.goto(f"{address}/admin{path}")
        assert page.locator("h1").count() == 1
        assert page.locator(gone).count() == 0
    answer = page.goto(f"{address}/admin/exports")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("main")).to_contain_text("Votre rôle ne le permet pas")


def test_the_page_of_signing_in_complains_of_nothing(page: Page, address: str) -> None:
    complaints = Complaints(page, address)
    page.goto(f"{address}/login")
    expect(page.locator("input[name=email]")).to_be_visible()
    assert page.locator("main").evaluate("each => getComputedStyle(each).borderTopWidth") == "1px"
    assert complaints.all() == []
