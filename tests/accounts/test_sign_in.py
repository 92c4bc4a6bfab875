"""Signing in: the right password, the wrong one, other sites, and the cookie."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.accounts.hashed import hash_secret
from cci_app.accounts.members import passwords
from cci_app.accounts.members.models import Member
from cci_app.accounts.members.sessions import find_session
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, Unavailable
from config.settings import Environment
from tests.accounts.signed_in import OURS, PASSWORD, make_member, sign_in
from tests.conftest import Tenant, make_tenant

Rows = Callable[..., list[dict[str, Any]]]
PAGE = "/api/v1/admin/stats"


def test_a_member_signs_in_and_out(app: Flask, tenant: Tenant, rows: Rows) -> None:
    member = make_member(tenant, email="Camille.Àlvarez@Example.org")
    assert member.email == "camille.àlvarez@example.org"
    browser = sign_in(app, member)
    assert browser.get(PAGE).status_code == 200
    assert browser.get("/login?next=/admin/team").headers["Location"] == "/admin/team"
    token = browser.get_cookie("cci_session")
    assert token is not None
    kept = rows("SELECT * FROM member_sessions WHERE member_id = :id", id=member.id)
    assert kept[0]["token_hash"] == hash_secret(token.value)
    assert token.value not in str(kept)
    assert browser.post("/logout", headers=OURS).headers["Location"] == "/login"
    assert browser.get_cookie("cci_session") is None
    browser.set_cookie("cci_session", token.value)
    assert browser.get(PAGE).status_code == 401


def test_an_address_is_the_same_however_it_is_written(app: Flask, tenant: Tenant) -> None:
    member = make_member(tenant)
    answer = app.test_client().post("/login", data={"email": f" {member.email.upper()} ", "password": PASSWORD})
    assert answer.status_code == 303


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(app: Flask, tenant: Tenant, rows: Rows) -> None:
    member = make_member(tenant)
    answers = [
        app.test_client().post("/login", data={"email": email, "password": "wrong wrong wrong"}, headers=OURS)
        for email in (member.email, f"x{member.email}")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].text == answers[1].text.replace(f"x{member.email}", member.email)
    assert "wrong wrong" not in answers[0].text
    assert not any(answer.headers.getlist("Set-Cookie") for answer in answers)
    refused = "SELECT who FROM audit_log WHERE act = 'sign_in.refused' AND subject = :subject"
    assert rows(refused, subject=f"member:{member.id}") == [{"who": "nobody"}]


def test_who_has_no_password_cannot_sign_in_with_one(app: Flask, tenant: Tenant) -> None:
    member = make_member(tenant)
    with tenant_transaction(tenant.organisation_id) as session:
        session.get_one(Member, member.id).password_hash = None
    for password in ("", "None", PASSWORD):
        answer = app.test_client().post("/login", data={"email": member.email, "password": password})
        assert answer.status_code == 401


def test_an_address_may_be_a_member_of_two_organisations(app: Flask, tenant: Tenant) -> None:
    other = make_tenant(f"{tenant.slug}-other")
    first = make_member(tenant)
    make_member(other, Role.VIEWER, first.email, password="another password, another house")
    for password, organisation in ((PASSWORD, tenant), ("another password, another house", other)):
        browser = sign_in(app, first, password)
        token = browser.get_cookie("cci_session")
        caller = find_session(token.value if token else "")
        assert caller is not None
        assert caller.organisation_id == organisation.organisation_id


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "http://["},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
    ],
)
def test_other_sites_change_nothing(app: Flask, tenant: Tenant, headers: dict[str, str]) -> None:
    member = make_member(tenant)
    browser = sign_in(app, member)
    reset = "/api/v1/users/+573000000001/reset"
    for path in ("/login", "/logout", reset):
        answer = browser.post(path, data={"email": member.email, "password": PASSWORD}, headers=headers)
        assert answer.status_code == 403, path
    assert browser.get(PAGE, headers=headers).status_code == 200
    assert browser.post(reset, headers=OURS).status_code in {200, 404}
    # A key is not sent by a browser of itself.
    assert app.test_client().post(reset, headers={**tenant.headers, **headers}).status_code == 200


def test_the_cookie_cannot_be_read_by_scripts_or_sent_by_other_sites(app: Flask, tenant: Tenant) -> None:
    member = make_member(tenant)
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(update={"environment": Environment.PRODUCTION})
    try:
        answer = app.test_client().post("/login", data={"email": member.email, "password": PASSWORD})
    finally:
        app.config["SETTINGS"] = before
    session, device = answer.headers.getlist("Set-Cookie")
    assert session.startswith("__Host-cci_session=")
    assert device.startswith("__Host-cci_device=")
    for cookie in (session, device):
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/admin/exports?state=done", "/admin/exports?state=done"),
        ("", "/admin"),
        ("https://evil.example", "/admin"),
        ("//evil.example", "/admin"),
        ("/\\evil.example", "/admin"),
        ("/\t/evil.example", "/admin"),
        ("/x\r\nSet-Cookie: a=b", "/admin"),
    ],
)
def test_signing_in_leads_to_pages_of_ours_alone(app: Flask, tenant: Tenant, wanted: str, goes_to: str) -> None:
    member = make_member(tenant)
    data = {"email": member.email, "password": PASSWORD, "next": wanted}
    assert app.test_client().post("/login", data=data, headers=OURS).headers["Location"] == goes_to


@pytest.mark.parametrize(("asked", "title"), [("fr-FR", "Connexion"), ("es", "Iniciar sesión"), ("de", "Sign in")])
def test_the_form_speaks_the_browsers_language(web: FlaskClient, asked: str, title: str) -> None:
    page = web.get("/login", headers={"Accept-Language": asked})
    assert title in page.text
    assert 'name="email"' in page.text
    assert 'name="password"' in page.text
    assert "script" not in page.headers["Content-Security-Policy"]


def test_what_was_typed_is_shown_as_text(web: FlaskClient) -> None:
    page = web.post("/login", data={"email": '"><b>x</b>@example.org', "password": "x", "next": '"><i>'})
    assert "<b>" not in page.text
    assert "<i>" not in page.text


@pytest.mark.parametrize(
    "password", ["short", "x" * 201, "aaaaaaaaaaaaaaaa", "abababababababab", "x-camille@example.org-1"]
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput):
        passwords.check_password(password, "camille@example.org")
    passwords.check_password(PASSWORD, "camille@example.org")


def test_a_password_is_the_same_from_every_keyboard_and_no_longer_one_is(app: Flask) -> None:
    hashed = passwords.hash_password("contrase\u00f1a larga")
    assert passwords.verify_password("contrasen\u0303a larga", hashed)
    longest = passwords.hash_password("x" * 200)
    assert passwords.verify_password("x" * 200, longest)
    assert not passwords.verify_password("x" * 201, longest)
    assert not passwords.is_outdated(hashed)
    assert passwords.is_outdated(hashed.replace("m=19456,t=2", "m=8192,t=1"))


def test_few_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_WAIT_SECONDS", 0.01)
    for _ in range(passwords.AT_ONCE):
        assert passwords._turns.acquire(blocking=False)
    try:
        with pytest.raises(Unavailable):
            passwords.verify_password(PASSWORD, None)
    finally:
        for _ in range(passwords.AT_ONCE):
            passwords._turns.release()
    assert not passwords.verify_password(PASSWORD, None)


@pytest.mark.parametrize("role", [*Role])
def test_a_member_is_made_with_their_role_as_it_is_written(app: Flask, tenant: Tenant, role: Role) -> None:
    email = f"{role}@{tenant.slug}.example"
    make = ["members", "create", "--organisation", tenant.slug, "--email", email, "--role", role.value]
    made = app.test_cli_runner().invoke(args=make)
    assert made.exit_code == 0, made.output
    with tenant_transaction(tenant.organisation_id) as session:
        assert [member.role for member in session.query(Member).filter_by(email=email)] == [role]


def test_a_member_is_made_on_the_command_line(app: Flask, tenant: Tenant) -> None:
    runner = app.test_cli_runner()
    email = f"owner@{tenant.slug}.example"
    make = ["members", "create", "--organisation", tenant.slug, "--email", email]
    made = runner.invoke(args=make)
    assert made.exit_code == 0, made.output
    assert app.test_client().post("/login", data={"email": email, "password": made.stdout.strip()}).status_code == 303
    again = runner.invoke(args=make)
    assert again.exit_code == 1
    assert "is a member already" in again.output
    renewed = runner.invoke(args=["members", "password", "--organisation", tenant.slug, email])
    for password, status in ((made.stdout.strip(), 401), (renewed.stdout.strip(), 303)):
        assert app.test_client().post("/login", data={"email": email, "password": password}).status_code == status
