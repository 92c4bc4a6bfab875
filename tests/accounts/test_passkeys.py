"""Passkeys: whoever has one needs it beside the password, and nothing else stands in for it."""

import html
import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cci_app.accounts.caller import Role
from cci_app.accounts.members.models import Member
from tests.accounts.signed_in import OURS, PASSWORD, make_member, sign_in
from tests.accounts.test_links import link_in
from tests.conftest import Tenant
from tests.fakes.authenticator import Authenticator

Rows = Callable[..., list[dict[str, Any]]]
OWN = "/api/v1/me/passkeys"
ORIGIN, SITE = "http://localhost", "localhost"


def begin(browser: FlaskClient, password: str = PASSWORD) -> TestResponse:
    return browser.post(f"{OWN}/challenge", json={"password": password}, headers=OURS)


def add(browser: FlaskClient, device: Authenticator, name: str = "Phone") -> TestResponse:
    begun = begin(browser).get_json()
    answer = {"name": name, "ticket": begun["ticket"], "credential": device.create(begun["options"])}
    return browser.post(OWN, json=answer, headers=OURS)


@pytest.fixture
def owner(tenant: Tenant) -> Member:
    """A member with a password."""
    return make_member(tenant)


@pytest.fixture
def device(app: Flask, owner: Member) -> Authenticator:
    """A device with a passkey of theirs."""
    made = Authenticator(ORIGIN, SITE)
    assert add(sign_in(app, owner), made).status_code == 201
    return made


def give_password(browser: FlaskClient, member: Member) -> tuple[dict[str, Any], str]:
    """What the page after the password asks, and the ticket."""
    page = browser.post("/login", data={"email": member.email, "password": PASSWORD}, headers=OURS)
    assert page.status_code == 200
    assert browser.get_cookie("cci_session") is None
    return asked_by(page)


def asked_by(page: TestResponse) -> tuple[dict[str, Any], str]:
    options = re.search(r'data-options="([^"]*)"', page.text)
    ticket = re.search(r'name="ticket" value="([^"]*)"', page.text)
    assert options is not None
    assert ticket is not None
    return json.loads(html.unescape(options[1])), ticket[1]


def answer(browser: FlaskClient, ticket: str, credential: Any, where: str = "/admin/team") -> TestResponse:
    data = {"ticket": ticket, "credential": json.dumps(credential), "next": where}
    return browser.post("/login/passkey", data=data, headers=OURS)


def test_a_passkey_is_needed_beside_the_password(app: Flask, owner: Member, device: Authenticator, rows: Rows) -> None:
    browser = app.test_client()
    options, ticket = give_password(browser, owner)
    assert browser.get("/api/v1/me").status_code == 401
    done = answer(browser, ticket, device.get(options))
    assert (done.status_code, done.headers["Location"]) == (303, "/admin/team")
    assert browser.get("/api/v1/me").get_json()["email"] == owner.email
    assert browser.get_cookie("cci_half") is None
    assert browser.get(OWN).get_json()[0]["last_used_at"] is not None
    newest = "SELECT act, details FROM audit_log WHERE subject = :subject ORDER BY id DESC LIMIT 2"
    acts = rows(newest, subject=f"member:{owner.id}")
    assert [row["act"] for row in acts] == ["sign_in", "sign_in.half"]
    assert acts[0]["details"] == {"how": "password and passkey"}


def test_the_page_asks_with_a_script_of_ours_alone(app: Flask, owner: Member, device: Authenticator) -> None:
    page = app.test_client().post("/login", data={"email": owner.email, "password": PASSWORD}, headers=OURS)
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    script = app.test_client().get("/login/passkey.js", buffered=True)
    assert script.mimetype == "text/javascript"
    script.close()


def test_a_wrong_password_is_not_told_of_a_passkey(app: Flask, owner: Member, device: Authenticator) -> None:
    page = app.test_client().post("/login", data={"email": owner.email, "password": "wrong wrong wrong"})
    assert page.status_code == 401
    assert "data-options" not in page.text


def test_another_answer_lets_nobody_in(app: Flask, tenant: Tenant, owner: Member, device: Authenticator) -> None:
    other = make_member(tenant)
    others = Authenticator(ORIGIN, SITE)
    assert add(sign_in(app, other), others).status_code == 201
    elsewhere, unknown = Authenticator("https://evil.example", SITE), Authenticator(ORIGIN, SITE)
    elsewhere.credential_id, elsewhere.key = device.credential_id, device.key
    site = Authenticator(ORIGIN, "evil.example")
    site.credential_id, site.key = device.credential_id, device.key
    forger = Authenticator(ORIGIN, SITE)
    forger.credential_id = device.credential_id
    for wrong in (elsewhere, site, forger, unknown, others):
        browser = app.test_client()
        options, ticket = give_password(browser, owner)
        refused = answer(browser, ticket, wrong.get(options))
        assert refused.status_code == 401
        assert browser.get_cookie("cci_session") is None
        # The person may try again, with another challenge.
        again, ticket = asked_by(refused)
        assert again["challenge"] != options["challenge"]
        assert answer(browser, ticket, device.get(again)).status_code == 303


@pytest.mark.parametrize("sent", [{}, [], None, "x", 1, {"rawId": 1}, {"rawId": "é"}, {"rawId": "AAAA", "id": "AAAA"}])
def test_an_answer_that_is_none_lets_nobody_in(app: Flask, owner: Member, device: Authenticator, sent: Any) -> None:
    browser = app.test_client()
    _, ticket = give_password(browser, owner)
    assert answer(browser, ticket, sent).status_code == 401
    assert browser.get_cookie("cci_session") is None


def test_a_challenge_serves_once_in_time_and_for_its_member(
    app: Flask, tenant: Tenant, owner: Member, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = app.test_client()
    options, ticket = give_password(browser, owner)
    half = browser.get_cookie("cci_half")
    assert half is not None
    proof = device.get(options)
    assert answer(browser, ticket, proof).status_code == 303
    for _ in range(2):
        thief = app.test_client()
        thief.set_cookie("cci_half", half.value)
        assert answer(thief, ticket, proof).status_code == 401
    browser.delete_cookie("cci_session")
    # Without the password, or with that of another, a passkey is worth nothing.
    options, ticket = give_password(browser, owner)
    stranger = app.test_client()
    assert answer(stranger, ticket, device.get(options)).status_code == 401
    other = make_member(tenant)
    add(sign_in(app, other), Authenticator(ORIGIN, SITE))
    give_password(stranger, other)
    assert answer(stranger, ticket, device.get(options)).status_code == 401
    options, ticket = give_password(browser, owner)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 301)
    late = answer(browser, ticket, device.get(options))
    assert late.status_code == 401
    assert "data-options" not in late.text


def test_a_copied_device_is_noticed(app: Flask, owner: Member, device: Authenticator) -> None:
    browser = app.test_client()
    for _ in range(2):
        options, ticket = give_password(browser, owner)
        assert answer(browser, ticket, device.get(options)).status_code == 303
        browser.delete_cookie("cci_session")
    device.count = 0
    options, ticket = give_password(browser, owner)
    assert answer(browser, ticket, device.get(options)).status_code == 401


def test_a_mail_alone_does_not_let_in_who_has_a_passkey(
    app: Flask, tenant: Tenant, owner: Member, device: Authenticator
) -> None:
    admin = sign_in(app, make_member(tenant))
    link = admin.post(f"/api/v1/admin/members/{owner.id}/reset", headers=OURS).get_json()["link"]
    browser = app.test_client()
    done = browser.post(link_in(link), data={"password": PASSWORD[::-1]}, headers=OURS)
    assert (done.status_code, done.headers["Location"]) == (303, "/login")
    assert browser.get_cookie("cci_session") is None


def test_adding_takes_the_password_and_an_answer_to_the_challenge(app: Flask, tenant: Tenant) -> None:
    browser, device = sign_in(app, make_member(tenant, Role.VIEWER)), Authenticator(ORIGIN, SITE)
    assert begin(browser, "wrong wrong wrong").status_code == 422
    begun = begin(browser).get_json()
    assert begun["options"]["rp"]["id"] == SITE
    good = device.create(begun["options"])
    other = begin(browser).get_json()["ticket"]
    evil = Authenticator("https://evil.example", SITE).create(begun["options"])
    for ticket, credential, status in (
        (other, good, 422),
        (other, good, 401),
        ("forged", good, 401),
        (begun["ticket"], evil, 422),
        (begin(browser).get_json()["ticket"], {}, 422),
    ):
        sent = {"name": "Phone", "ticket": ticket, "credential": credential}
        assert browser.post(OWN, json=sent, headers=OURS).status_code == status
    assert add(browser, device).get_json()["name"] == "Phone"
    assert add(browser, device).status_code == 409


def test_passkeys_are_removed_by_their_member_or_by_an_admin_above(
    app: Flask, tenant: Tenant, owner: Member, device: Authenticator
) -> None:
    agent = make_member(tenant, Role.AGENT)
    browser = sign_in(app, agent)
    made = add(browser, Authenticator(ORIGIN, SITE)).get_json()
    add(browser, Authenticator(ORIGIN, SITE), "Key ring")
    admin = sign_in(app, make_member(tenant, Role.ADMIN))
    assert admin.delete(f"{OWN}/{made['id']}", headers=OURS).status_code == 404
    assert browser.delete(f"{OWN}/{made['id']}", headers=OURS).status_code == 200
    assert admin.delete(f"/api/v1/admin/members/{owner.id}/passkeys", headers=OURS).status_code == 403
    removed = admin.delete(f"/api/v1/admin/members/{agent.id}/passkeys", headers=OURS).get_json()
    assert removed == {"id": agent.id, "passkeys": 1}
    sign_in(app, agent)
