"""Signing in with Microsoft: the organisation's own tenant vouches for a member, and nobody else does."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from werkzeug.test import TestResponse

from cci_app.accounts.caller import Role
from cci_app.accounts.members.models import Member
from cci_app.accounts.sign_in.entra import make_entra
from cci_app.core.database import tenant_transaction
from tests.accounts.signed_in import make_member
from tests.conftest import Tenant, make_tenant
from tests.fakes.entra import CLIENT, SECRET, FakeEntra

Rows = Callable[..., list[dict[str, Any]]]
BACK = "/login/microsoft/callback"


@pytest.fixture
def entra(app: Flask, tenant: Tenant) -> Iterator[FakeEntra]:
    """The tenant of the organisation, which is the default one."""
    with FakeEntra() as fake:
        before = app.config["SETTINGS"], app.extensions["cci_entra"]
        app.config["SETTINGS"] = before[0].model_copy(
            update={
                "entra_tenant_id": fake.tenant,
                "entra_client_id": CLIENT,
                "entra_client_secret": SecretStr(SECRET),
                "graph_authority": fake.authority,
                "default_organisation": tenant.slug,
            }
        )
        app.extensions["cci_entra"] = make_entra(app.config["SETTINGS"])
        try:
            yield fake
        finally:
            app.config["SETTINGS"], app.extensions["cci_entra"] = before


def leave(browser: FlaskClient, entra: FakeEntra, **person: Any) -> dict[str, str]:
    answer = browser.get("/login/microsoft?next=/admin/team")
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].startswith(f"{entra.authority}/{entra.tenant}/authorize?")
    return entra.let_in(answer.headers["Location"], **person)


def go(browser: FlaskClient, entra: FakeEntra, **person: Any) -> TestResponse:
    return browser.get(BACK, query_string=leave(browser, entra, **person))


def refused(answer: TestResponse, browser: FlaskClient) -> bool:
    assert answer.status_code in {401, 403, 503}
    assert browser.get_cookie("cci_session") is None
    return browser.get("/api/v1/me").status_code == 401


def test_a_member_signs_in_with_microsoft(app: Flask, tenant: Tenant, entra: FakeEntra, rows: Rows) -> None:
    member = make_member(tenant, Role.AGENT)
    browser = app.test_client()
    answer = go(browser, entra, preferred_username=member.email.upper(), name="Camille Rojas")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/team")
    about = browser.get("/api/v1/me").get_json()
    assert (about["email"], about["role"], about["name"]) == (member.email, "agent", "Camille Rojas")
    acts = rows("SELECT act, who FROM audit_log WHERE subject = :s ORDER BY id", s=f"member:{member.id}")
    assert [row["act"] for row in acts] == ["directory.linked", "sign_in"]
    assert {row["who"] for row in acts} == {f"member:{member.id}"}
    # A name may change, who it is does not.
    assert go(app.test_client(), entra, preferred_username="new.name@example.org").status_code == 303
    assert entra.asked.count("metadata") == entra.asked.count("keys") == 1
    assert "microsoft" in app.test_client().get("/login").text


def test_the_name_of_somebody_who_left_lets_nobody_in(app: Flask, tenant: Tenant, entra: FakeEntra) -> None:
    member = make_member(tenant)
    assert go(app.test_client(), entra, preferred_username=member.email).status_code == 303
    successor = app.test_client()
    assert refused(go(successor, entra, preferred_username=member.email, oid="another-person"), successor)


@pytest.mark.parametrize(
    "person",
    [
        {"preferred_username": "stranger@example.org"},
        {"preferred_username": "{email}#EXT#@example.onmicrosoft.com"},
        {"preferred_username": None, "email": "{email}"},
        {"preferred_username": "", "email": "{email}", "upn": "{email}"},
    ],
)
def test_who_is_no_member_and_who_is_a_guest_stays_outside(
    app: Flask, tenant: Tenant, entra: FakeEntra, person: dict[str, str | None]
) -> None:
    member = make_member(tenant)
    told = {name: value and value.format(email=member.email) for name, value in person.items()}
    browser = app.test_client()
    answer = go(browser, entra, **told)
    assert answer.status_code == 403
    assert refused(answer, browser)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://login.microsoftonline.com/another/v2.0"},
        {"iss": None},
        {"tid": "another"},
        {"tid": None},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"aud": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"oid": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    app: Flask, tenant: Tenant, entra: FakeEntra, claims: dict[str, Any]
) -> None:
    member = make_member(tenant)
    entra.claims = claims
    browser = app.test_client()
    assert refused(go(browser, entra, preferred_username=member.email), browser)
    assert entra.asked.count("token") == 1


@pytest.mark.parametrize("forgery", ["other key", "no signature", "public key as secret"])
def test_a_token_that_the_tenant_did_not_sign_is_refused(
    app: Flask, tenant: Tenant, entra: FakeEntra, forgery: str
) -> None:
    member = make_member(tenant)
    if forgery == "other key":
        entra.key = RSAKey.generate_key(2048, {"kid": "one"})
    else:
        entra.header = {"alg": "none" if forgery == "no signature" else "HS256"}
    browser = app.test_client()
    assert refused(go(browser, entra, preferred_username=member.email), browser)


def test_a_new_key_of_the_tenant_is_found(
    app: Flask, tenant: Tenant, entra: FakeEntra, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = make_member(tenant)
    assert go(app.test_client(), entra, preferred_username=member.email).status_code == 303
    entra.published = entra.key = RSAKey.generate_key(2048, {"kid": "two"})
    entra.header = {"kid": "two"}
    # Not more often than once a minute: a forged token makes us ask for nothing.
    assert go(app.test_client(), entra, preferred_username=member.email).status_code == 401
    monkeypatch.setattr("cci_app.accounts.sign_in.entra._ASK_AGAIN_SECONDS", 0.0)
    assert go(app.test_client(), entra, preferred_username=member.email).status_code == 303


def test_the_answer_belongs_to_the_browser_that_asked(app: Flask, tenant: Tenant, entra: FakeEntra) -> None:
    member = make_member(tenant)
    mine, theirs = app.test_client(), app.test_client()
    query = leave(mine, entra, preferred_username=member.email)
    other = leave(theirs, entra, preferred_username=member.email)
    for browser, wrong in (
        (app.test_client(), query),
        (theirs, query),
        (mine, {**other, "state": other["state"][::-1]}),
        (app.test_client(), {"code": query["code"]}),
    ):
        assert refused(browser.get(BACK, query_string=wrong), browser)
    assert entra.asked.count("token") == 0
    # A code that another browser was given, with one's own state: the verifier does not fit.
    mixed = leave(mine, entra, preferred_username=member.email)
    assert refused(mine.get(BACK, query_string={**mixed, "code": other["code"]}), mine)
    assert entra.refused == ["code"]


def test_an_answer_serves_once_and_not_for_ever(
    app: Flask, tenant: Tenant, entra: FakeEntra, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = make_member(tenant)
    browser = app.test_client()
    query = leave(browser, entra, preferred_username=member.email)
    kept = browser.get_cookie("cci_leaving")
    assert kept is not None
    assert browser.get(BACK, query_string=query).status_code == 303
    assert browser.get_cookie("cci_leaving") is None
    browser.delete_cookie("cci_session")
    browser.set_cookie("cci_leaving", kept.value)
    assert refused(browser.get(BACK, query_string=query), browser)
    late = app.test_client()
    query = leave(late, entra, preferred_username=member.email)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 601)
    assert refused(late.get(BACK, query_string=query), late)


def test_who_was_not_let_in_there_is_told(app: Flask, tenant: Tenant, entra: FakeEntra) -> None:
    browser = app.test_client()
    query = leave(browser, entra)
    answer = browser.get(BACK, query_string={"state": query["state"], "error": "access_denied"})
    assert answer.status_code == 401
    assert "Microsoft" in answer.text


def test_another_issuer_in_the_description_and_a_wrong_secret_let_nobody_in(
    app: Flask, tenant: Tenant, entra: FakeEntra
) -> None:
    entra.issuer_told = "https://evil.example/v2.0"
    assert app.test_client().get("/login/microsoft").status_code == 503
    entra.issuer_told = None
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"entra_client_secret": SecretStr("wrong")})
    app.extensions["cci_entra"] = make_entra(app.config["SETTINGS"])
    browser = app.test_client()
    assert refused(go(browser, entra, preferred_username=make_member(tenant).email), browser)
    assert entra.refused == ["client"]


def test_a_directory_that_does_not_answer_is_told(app: Flask, tenant: Tenant, entra: FakeEntra) -> None:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"graph_authority": "http://127.0.0.1:9"})
    app.extensions["cci_entra"] = make_entra(app.config["SETTINGS"])
    answer = app.test_client().get("/login/microsoft")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")


def test_a_connection_that_fails_on_the_way_back_is_told(
    app: Flask, tenant: Tenant, entra: FakeEntra, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = app.test_client()
    code = leave(browser, entra, preferred_username=make_member(tenant).email)

    def refuse(*_: Any, **__: Any) -> None:
        raise httpx2.ConnectError("refused")

    monkeypatch.setattr("authlib.integrations.httpx_client.OAuth2Client.fetch_token", refuse)
    answer = browser.get(BACK, query_string=code)
    assert answer.status_code == 503
    assert refused(answer, browser)


def test_without_settings_there_is_no_such_way(web: FlaskClient) -> None:
    assert web.get("/login/microsoft").status_code == 404
    assert web.get(BACK).status_code == 404
    assert "Microsoft" not in web.get("/login").text


def test_a_member_of_another_organisation_stays_outside(app: Flask, tenant: Tenant, entra: FakeEntra) -> None:
    other = make_tenant(f"{tenant.slug}-2")
    foreign = make_member(other)
    browser = app.test_client()
    assert refused(go(browser, entra, preferred_username=foreign.email), browser)
    with tenant_transaction(other.organisation_id) as session:
        assert session.get_one(Member, foreign.id).directory_id is None
