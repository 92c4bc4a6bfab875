"""Members with a token: by password or invitation, for half an hour, and another one while their session lasts."""

import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Caller, Proof, Role
from cci_app.accounts.members.links import invite
from cci_app.accounts.members.register import remove_member
from cci_app.accounts.members.sessions import list_sessions, revoke_session
from tests.accounts.signed_in import PASSWORD, make_member, sign_in
from tests.accounts.test_passkeys import add as add_passkey
from tests.conftest import Tenant
from tests.fakes.authenticator import Authenticator


def log_in(web: FlaskClient, email: str, password: str = PASSWORD) -> Any:
    return web.post("/auth/login", json={"email": email, "password": password})


def bearer(answer: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}


def owner(tenant: Tenant) -> Caller:
    member = make_member(tenant)
    return Caller(tenant.organisation_id, f"member:{member.id}", Proof.SESSION, role=Role.OWNER, member_id=member.id)


def test_a_member_logs_in_and_works_with_the_token(web: FlaskClient, tenant: Tenant) -> None:
    member = make_member(tenant, Role.AGENT)
    answer = log_in(web, member.email)
    assert answer.status_code == 200
    assert answer.get_json()["expires_in"] == 1800
    profile = web.get("/auth/profile", headers=bearer(answer))
    assert (profile.get_json()["id"], profile.get_json()["role"]) == (member.id, "agent")
    made = web.post("/api/projects", json={"name": "Web"}, headers=bearer(answer))
    assert made.status_code == 201
    seen = web.get("/api/activity", headers=bearer(answer)).get_json()["items"]
    assert [event["who"] for event in seen] == [f"member:{member.id}"]


def test_a_viewer_reads_and_changes_nothing_and_no_token_opens_other_doors(web: FlaskClient, tenant: Tenant) -> None:
    answer = log_in(web, make_member(tenant, Role.VIEWER).email)
    assert web.get("/api/projects", headers=bearer(answer)).status_code == 200
    assert web.post("/api/projects", json={"name": "Web"}, headers=bearer(answer)).status_code == 403
    asked = {"session_id": "+573000000001", "message": "Hola"}
    assert web.post("/api/v1/orchestrate", json=asked, headers=bearer(answer)).status_code == 403
    assert web.get("/api/v1/admin/stats", headers=bearer(answer)).status_code == 401


def test_wrong_words_are_refused(web: FlaskClient, tenant: Tenant) -> None:
    member = make_member(tenant)
    assert log_in(web, member.email, "wrong").status_code == 401
    assert log_in(web, "nobody@example.org").status_code == 401
    assert web.post("/auth/refresh", json={"refresh_token": "wrong"}).status_code == 401
    assert web.post("/auth/register", json={"invitation": "wrong", "password": PASSWORD}).status_code == 410
    assert web.get("/auth/verify", headers={"Authorization": "Bearer a.b.c"}).status_code == 401


def test_an_invitation_makes_a_member_with_a_token(web: FlaskClient, tenant: Tenant) -> None:
    made = invite(owner(tenant), "nueva@example.org", Role.VIEWER)
    assert made.path is not None
    words = {"invitation": made.path.rpartition("/")[2], "name": "Nueva", "password": PASSWORD}
    answer = web.post("/auth/register", json=words)
    assert answer.status_code == 201
    verified = web.get("/auth/verify", headers=bearer(answer)).get_json()
    assert (verified["valid"], verified["role"], verified["organisation_id"]) == (
        True,
        "viewer",
        tenant.organisation_id,
    )
    assert web.post("/auth/register", json=words).status_code == 410


def test_a_token_ends_and_another_is_had_while_the_session_lasts(
    web: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = make_member(tenant)
    answer = log_in(web, member.email)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 1801)
    assert web.get("/auth/verify", headers=bearer(answer)).status_code == 401
    renewed = web.post("/auth/refresh", json={"refresh_token": answer.get_json()["refresh_token"]})
    assert web.get("/auth/verify", headers=bearer(renewed)).status_code == 200
    (device,) = list_sessions(tenant.organisation_id, member.id)
    revoke_session(tenant.organisation_id, device.id)
    assert web.post("/auth/refresh", json={"refresh_token": answer.get_json()["refresh_token"]}).status_code == 401


def test_who_is_no_member_any_more_is_told_so(web: FlaskClient, tenant: Tenant) -> None:
    member = make_member(tenant, Role.VIEWER)
    answer = log_in(web, member.email)
    remove_member(owner(tenant), member.id)
    assert web.get("/auth/verify", headers=bearer(answer)).status_code == 404


def test_who_has_a_passkey_signs_in_with_it(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    member = make_member(tenant)
    add_passkey(sign_in(app, member), Authenticator("http://localhost", "localhost"))
    answer = log_in(web, member.email)
    assert answer.status_code == 403
    assert "passkey" in answer.get_json()["error"]["message"]
