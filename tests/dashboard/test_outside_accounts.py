"""Accounts outside on the page of the settings: added by kind, their secrets written and never read, and removed."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.channels.accounts import channel_accounts
from cci_app.coordination.projects import add_project
from cci_app.dashboard.account_words import account_about, fields_to_fill
from cci_app.dashboard.looking import show_to_a_stranger
from cci_app.integrations.accounts import integrations
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant
from tests.fakes.waha import API_KEY, FakeWaha

SECRET = "made-up_secret-1"
NEW = "/admin/settings/channels/new"
NEW_SERVICE = "/admin/settings/integrations/new"


@pytest.fixture
def browser(app: Flask, tenant: Tenant) -> FlaskClient:
    return sign_in(app, make_member(tenant))


@pytest.mark.parametrize("language", ["fr", "es", "en"])
def test_every_field_of_every_kind_has_a_word(app: Flask, language: str) -> None:
    with app.test_request_context():
        show_to_a_stranger(language)
        for name, kind in {**channel_accounts.kinds, **integrations.kinds}.items():
            assert account_about(name)
            fields = fields_to_fill(kind)
            assert not {each.label for each in fields} & {each.name for each in fields}


def test_an_account_is_added_shown_and_removed(
    app: Flask, browser: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = app.config["SETTINGS"].model_copy(update={"public_url": "https://chat.example.org"})
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    bot = str(7_000_000 + tenant.organisation_id)
    form = {"name": "main", "assistant": "cci", "field-token": f"{bot}:made-up_token", "field-secret": ""}
    refused = browser.post(f"{NEW}/telegram", data=form, headers=OURS)
    assert "hace falta secret" in refused.text
    assert 'value="main"' in refused.text
    added = browser.post(f"{NEW}/telegram", data={**form, "field-secret": SECRET}, headers=OURS)
    assert added.status_code == 303
    page = browser.get("/admin/settings").text
    assert f"https://chat.example.org/api/v1/channels/telegram/{bot}" in page
    (account,) = channel_accounts.list(tenant.organisation_id)
    assert (account.kind, account.name, account.assistant, account.secrets) == (
        *("telegram", "main", "cci"),
        ["secret", "token"],
    )
    double = browser.post(f"{NEW}/telegram", data={**form, "field-secret": SECRET}, headers=OURS)
    assert "otra cuenta telegram ya lleva a" in double.text
    # No secret is on any page.
    for text in (page, refused.text, double.text):
        assert SECRET not in text
        assert "made-up_token" not in text
    assert browser.post("/admin/settings/channels/telegram/main/remove", headers=OURS).status_code == 303
    assert channel_accounts.list(tenant.organisation_id) == []
    acts = (browser.get("/api/v1/admin/audit?act=channel_accounts.").json or {})["entries"]
    assert [each["act"] for each in acts] == ["channel_accounts.removed", "channel_accounts.added"]


def test_a_service_is_connected_shown_and_removed(browser: FlaskClient, tenant: Tenant) -> None:
    assert "SharePoint" in browser.get(NEW_SERVICE).text
    project = add_project(tenant.organisation_id, {"name": "Mesa de ayuda"})
    form = {"name": "mesa", "field-domain": "example.zendesk.com", "field-email": "ana@example.org"}
    asked = browser.get(f"{NEW_SERVICE}/zendesk").text
    assert f'<option value="{project.id}">Mesa de ayuda</option>' in asked
    refused = browser.post(f"{NEW_SERVICE}/zendesk", data={**form, "name": "Mesa 1"}, headers=OURS).text
    assert 'value="ana@example.org"' in refused
    whole = {**form, "field-api_token": SECRET, "field-project_id": str(project.id)}
    assert browser.post(f"{NEW_SERVICE}/zendesk", data=whole, headers=OURS).status_code == 303
    (kept,) = integrations.list(tenant.organisation_id)
    assert (kept.kind, kept.name, kept.secrets) == ("zendesk", "mesa", ["api_token"])
    assert kept.settings["project_id"] == project.id
    page = browser.get("/admin/settings").text
    assert "Zendesk" in page
    double = browser.post(f"{NEW_SERVICE}/zendesk", data=whole, headers=OURS).text
    assert "La cuenta no se añadió" in double
    for text in (page, refused, double):
        assert SECRET not in text
    assert browser.post("/admin/settings/integrations/zendesk/mesa/remove", headers=OURS).status_code == 303
    assert integrations.list(tenant.organisation_id) == []


def test_a_key_is_pasted_with_its_lines(browser: FlaskClient, tenant: Tenant) -> None:
    asked = browser.get(f"{NEW_SERVICE}/google_drive").text
    assert '<textarea name="field-service_account"' in asked
    key = json.dumps({"token_uri": "https://oauth2.googleapis.com/token", "private_key": SECRET}, indent=2)
    form = {"name": "drive", "field-folder_id": "https://drive.google.com/drive/folders/made-up-id"}
    refused = browser.post(f"{NEW_SERVICE}/google_drive", data={**form, "field-service_account": "{"}, headers=OURS)
    assert "La cuenta no se añadió" in refused.text
    added = browser.post(f"{NEW_SERVICE}/google_drive", data={**form, "field-service_account": key}, headers=OURS)
    assert added.status_code == 303, added.text
    (kept,) = integrations.list(tenant.organisation_id)
    assert kept.settings["folder_id"] == "made-up-id"


def test_what_there_is_not_is_refused(app: Flask, browser: FlaskClient, tenant: Tenant) -> None:
    assert browser.get("/admin/settings/nothing/new").status_code == 404
    assert browser.get(f"{NEW_SERVICE}/telegram").status_code == 404
    assert browser.get(f"{NEW}/nothing").status_code == 404
    assert browser.post(f"{NEW}/nothing", headers=OURS).status_code == 404
    assert browser.post("/admin/settings/channels/telegram/nobody/remove", headers=OURS).status_code == 404
    assert browser.get("/admin/settings/channels/telegram/nobody/code").status_code == 404
    form = {"name": "main", "field-api_key": f"{tenant.organisation_id}:key", "assistant": "nobody"}
    assert "La cuenta no se añadió" in browser.post(f"{NEW}/manychat", data=form, headers=OURS).text
    assert channel_accounts.list(tenant.organisation_id) == []
    agent = sign_in(app, make_member(tenant, Role.AGENT))
    assert {agent.get(path).status_code for path in (NEW, f"{NEW}/telegram", NEW_SERVICE)} == {403}
    own = agent.get("/admin/settings").text
    assert NEW not in own
    assert NEW_SERVICE not in own


def test_a_telephone_is_connected_by_the_code(
    app: Flask, browser: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update={"fetch_loopback": True}))
    with FakeWaha() as waha:
        form = {
            "name": "office",
            "field-base_url": waha.address,
            "field-api_key": API_KEY,
            "field-token": SECRET,
            "field-human": "false",
        }
        added = browser.post(f"{NEW}/waha", data=form, headers=OURS)
        assert added.status_code == 303, added.text
        code = "/admin/settings/channels/waha/office/code"
        assert "Conectar" in browser.get("/admin/settings").text
        waha.status = "SCAN_QR_CODE"
        assert "data:image/png;base64," in browser.get(code).text
        waha.status = "WORKING"
        assert "no hay código QR que escanear" in browser.get(code).text
