"""The pages of the team, keys, the audit log, one's own account and the settings, as the server sees them."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.accounts.models import Organisation
from cci_app.admin.outside.examples import ORDER
from cci_app.core.database import tenant_transaction
from cci_app.web_chats.register import list_chats
from tests.accounts.signed_in import OURS, PASSWORD, make_member, sign_in
from tests.conftest import Tenant, make_tenant
from tests.dashboard.test_pages import counted
from tests.integrations.accounts import add_account_for

ADMINS = ("/admin/team", "/admin/team/keys", "/admin/team/audit")
STATEMENTS = {**dict.fromkeys(ADMINS, 7), "/admin/me": 8, "/admin/settings": 7, "/admin/assistant": 6}
CHANGES: dict[str, dict[str, Any]] = {
    "/admin/team/invitations": {"email": "diego@example.org", "role": "viewer"},
    "/admin/team/keys": {"name": "flow", "scopes": "messages"},
    "/admin/settings": {"name": "Otra"},
}


@pytest.fixture
def browser(app: Flask, tenant: Tenant) -> FlaskClient:
    return sign_in(app, make_member(tenant))


@pytest.mark.parametrize("path", STATEMENTS)
def test_a_page_asks_the_database_so_often(app: Flask, tenant: Tenant, browser: FlaskClient, path: str) -> None:
    for _ in range(5):
        make_member(tenant, Role.VIEWER)
    with counted(app) as seen:
        assert browser.get(path).status_code == 200
    assert len(seen) <= STATEMENTS[path], "\n".join(seen)


def test_roles_see_what_is_theirs(app: Flask, tenant: Tenant, web: FlaskClient) -> None:
    for role in (Role.VIEWER, Role.AGENT):
        browser = sign_in(app, make_member(tenant, role))
        assert {browser.get(path).status_code for path in ADMINS} == {403}
        assert {browser.get(path).status_code for path in ("/admin/me", "/admin/settings")} == {200}
        for path, data in CHANGES.items():
            assert browser.post(path, data=data, headers=OURS).status_code == 403
    for path in STATEMENTS:
        assert web.get(path).status_code == 303


def test_nothing_is_changed_from_another_site(browser: FlaskClient) -> None:
    for path in (*CHANGES, "/admin/me", "/admin/me/password", "/admin/team/members/1", "/admin/team/keys/1/revoke"):
        assert browser.post(path, data=CHANGES.get(path), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_key_is_shown_once(browser: FlaskClient, tenant: Tenant) -> None:
    made = browser.post("/admin/team/keys", data={"name": "flow", "scopes": ["messages", "users"]}, headers=OURS)
    key = made.text.partition('readonly value="')[2].partition('"')[0]
    assert key.startswith("cci_")
    body = {"user_id": "+573000000001", "message": "Bonjour"}
    sent = browser.application.test_client().post("/api/v1/whatsapp/message", json=body, headers={"X-API-Key": key})
    assert sent.status_code == 200
    assert key not in browser.get("/admin/team/keys").text
    refused = browser.post("/admin/team/keys", data={"name": "flow"}, headers=OURS)
    assert refused.status_code == 422


def test_nobody_changes_those_above_them(app: Flask, tenant: Tenant) -> None:
    owner = make_member(tenant)
    admin = sign_in(app, make_member(tenant, Role.ADMIN))
    assert admin.post(f"/admin/team/members/{owner.id}", data={"role": "viewer"}, headers=OURS).status_code == 403
    # What an admin may not give is not offered.
    assert 'value="owner"' not in admin.get("/admin/team").text


def test_a_password_is_changed_by_who_knows_it(app: Flask, tenant: Tenant) -> None:
    member = make_member(tenant)
    browser, elsewhere = sign_in(app, member), sign_in(app, member)
    new = "another good password"
    wrong = browser.post("/admin/me/password", data={"old_password": "wrong", "new_password": new}, headers=OURS)
    assert "contraseña actual" in wrong.text
    weak = browser.post("/admin/me/password", data={"old_password": PASSWORD, "new_password": "a"}, headers=OURS)
    assert "al menos 12" in weak.text
    done = browser.post("/admin/me/password", data={"old_password": PASSWORD, "new_password": new}, headers=OURS)
    assert "La contraseña cambió" in done.text
    assert elsewhere.get("/admin/me").status_code == 303
    sign_in(app, member, new)


def test_settings_are_changed_by_page_and_by_api(browser: FlaskClient, tenant: Tenant) -> None:
    given = {"name": "Chambre Exemple", "language": "fr", "timezone": "Europe/Paris"}
    assert browser.post("/admin/settings", data=given, headers=OURS).status_code == 303
    told = browser.get("/api/v1/admin/settings").json or {}
    assert {name: told[name] for name in given} == given
    assert {"table": "webhook_events", "days": 90} in told["retention"]
    assert "Réglages" in browser.get("/admin/settings").text
    for wrong in ({"timezone": "Mars/Olympus"}, {"language": "de"}, {"name": " "}):
        assert browser.patch("/api/v1/admin/settings", json=wrong, headers=OURS).status_code == 422
    other = make_tenant(f"other-{tenant.slug}")
    with tenant_transaction(other.organisation_id) as session:
        assert session.scalar(sa.select(Organisation.language)) == "es"
    entries = (browser.get("/api/v1/admin/audit?act=organisation.").json or {})["entries"]
    assert entries[0]["details"] == given


def test_an_account_is_checked_on_the_page(browser: FlaskClient, tenant: Tenant) -> None:
    add_account_for("check_integration", tenant)
    checked = browser.post(f"/admin/settings/integrations/{ORDER['kind']}/{ORDER['name']}/check", headers=OURS)
    assert "No funciona" in checked.text
    for path in ("nothing/x/y", "integrations/sharepoint/nobody"):
        assert browser.post(f"/admin/settings/{path}/check", headers=OURS).status_code == 404


def test_an_assistant_is_put_on_the_web_on_its_page(browser: FlaskClient, tenant: Tenant) -> None:
    here = "/admin/assistant/cci/web"
    refused = browser.post(here, data={"origins": "ftp://example.org"}, headers=OURS)
    assert "https and the host" in refused.text
    form = {"origins": "https://www.example.org", "has_link": "on"}
    assert browser.post(here, data=form, headers=OURS).location == "/admin/assistant?assistant=cci#web"
    (chat,) = list_chats(tenant.organisation_id)
    page = browser.get("/admin/assistant?assistant=cci").text
    assert page.count(chat.token) == 3
    assert browser.post(f"{here}/renew", headers=OURS).status_code == 303
    assert chat.token not in browser.get("/admin/assistant?assistant=cci").text
    assert browser.post(f"{here}/remove", headers=OURS).status_code == 303
    assert list_chats(tenant.organisation_id) == []
    assert browser.post("/admin/assistant/nobody/web", data=form, headers=OURS).status_code == 404
