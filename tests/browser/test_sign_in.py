"""Signing in in a real browser: the cookie, where forms come from, and a passkey of a virtual device."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from cci_app.accounts.members.models import Member, Passkey
from cci_app.core.database import tenant_transaction
from tests.accounts.signed_in import PASSWORD, make_member
from tests.accounts.signed_in import sign_in as sign_in_here
from tests.accounts.test_passkeys import add
from tests.browser.test_docs import Complaints
from tests.conftest import Tenant
from tests.fakes.authenticator import Authenticator

pytestmark = pytest.mark.browser

SUBMIT = """address => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: address });
  document.body.append(form);
  form.submit();
}"""


@pytest.fixture
def member(app: Flask, tenant: Tenant) -> Member:
    """Somebody who may sign in."""
    return make_member(tenant)


def give_password(page: Page, address: str, member: Member, password: str = PASSWORD) -> None:
    page.goto(f"{address}/login?next=/api/v1/me")
    page.get_by_label("Adresse e-mail").fill(member.email)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Se connecter").click()


def test_a_member_signs_in_and_is_known_by_the_cookie(page: Page, address: str, member: Member) -> None:
    complaints = Complaints(page, address)
    give_password(page, address, member, "wrong wrong wrong")
    expect(page.get_by_role("alert")).to_have_text("L’adresse ou le mot de passe est incorrect.")
    expect(page.get_by_label("Adresse e-mail")).to_have_value(member.email)
    give_password(page, address, member)
    page.wait_for_url(f"{address}/api/v1/me")
    expect(page.locator("body")).to_contain_text(member.email)
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert cookies["cci_session"]["httpOnly"]
    assert cookies["cci_session"]["sameSite"] == "Lax"
    # The refused password is a 401, which the console tells.
    assert [each for each in complaints.all() if "401" not in each] == []


def test_a_page_of_another_site_changes_nothing(browser: Browser, address: str, member: Member) -> None:
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    give_password(page, address, member)
    page.wait_for_url(f"{address}/api/v1/me")
    # Another host on this machine is another site for the browser.
    elsewhere = address.replace("127.0.0.1", "localhost")
    page.goto(f"{elsewhere}/health")
    with page.expect_response(f"{address}/logout", timeout=10_000) as answered:
        page.evaluate(SUBMIT, f"{address}/logout")
    assert answered.value.status == 403
    page.wait_for_url(f"{address}/logout")
    page.goto(f"{address}/api/v1/me")
    expect(page.locator("body")).to_contain_text(member.email)
    context.close()


def test_a_passkey_of_the_browser_lets_in(page: Page, address: str, app: Flask, member: Member) -> None:
    device = Authenticator("http://localhost", "localhost")
    assert add(sign_in_here(app, member), device).status_code == 201
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {**kind, "isUserVerified": True, "automaticPresenceSimulation": True}
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    private = device.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    credential = {
        "credentialId": b64encode(device.credential_id).decode(),
        "isResidentCredential": False,
        "rpId": "localhost",
        "privateKey": b64encode(private).decode(),
        "signCount": 7,
    }
    devtools.send("WebAuthn.addCredential", {"authenticatorId": made["authenticatorId"], "credential": credential})
    here = address.replace("127.0.0.1", "localhost")
    complaints = Complaints(page, here)
    give_password(page, here, member)
    expect(page.get_by_role("heading")).to_have_text("Confirmer avec la clé d’accès")
    page.get_by_role("button", name="Utiliser la clé d’accès").click()
    page.wait_for_url(f"{here}/api/v1/me")
    expect(page.locator("body")).to_contain_text(member.email)
    with tenant_transaction(member.organisation_id) as session:
        assert session.query(Passkey).filter_by(member_id=member.id).one().sign_count > 7
    assert complaints.all() == []
