"""Who may change whom, and which keys who may give."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role, Scope
from tests.accounts.signed_in import OURS, PASSWORD, make_member, sign_in
from tests.conftest import Tenant, make_tenant

TEAM = "/api/v1/admin/members"
KEYS = "/api/v1/admin/keys"
# As the names of roles stand: may an admin, or an owner, turn the one into the other?
ADMIN_MAY = {(old, new) for old in [*Role][:3] for new in [*Role][:3]}


def listed(web: FlaskClient, tenant: Tenant) -> dict[str, Any]:
    return {member["email"]: member for member in web.get(TEAM, headers=tenant.headers).get_json()["members"]}


@pytest.mark.parametrize("old", [*Role])
@pytest.mark.parametrize("new", [*Role])
def test_nobody_changes_those_above_them(app: Flask, web: FlaskClient, tenant: Tenant, old: Role, new: Role) -> None:
    owner, admin = make_member(tenant, Role.OWNER), make_member(tenant, Role.ADMIN)
    ways: list[tuple[FlaskClient, dict[str, str], bool]] = [
        (sign_in(app, owner), OURS, True),
        (sign_in(app, admin), OURS, (old, new) in ADMIN_MAY),
        (web, tenant.headers, (old, new) in ADMIN_MAY),
    ]
    for browser, headers, may in ways:
        member = make_member(tenant, old)
        answer = browser.patch(f"{TEAM}/{member.id}", json={"role": new}, headers=headers)
        assert answer.status_code == (200 if may else 403)
        assert listed(web, tenant)[member.email]["role"] == (new if may else old)
        removed = browser.delete(f"{TEAM}/{member.id}", headers=headers)
        now = new if may else old
        assert removed.status_code == (403 if now is Role.OWNER and browser is not ways[0][0] else 200)


def test_the_last_owner_stays(app: Flask, tenant: Tenant) -> None:
    owner, second = make_member(tenant), make_member(tenant)
    browser = sign_in(app, owner)
    assert browser.patch(f"{TEAM}/{second.id}", json={"role": "viewer"}, headers=OURS).status_code == 200
    for answer in (
        browser.patch(f"{TEAM}/{owner.id}", json={"role": "admin"}, headers=OURS),
        browser.delete(f"{TEAM}/{owner.id}", headers=OURS),
    ):
        assert answer.status_code == 409
        assert "last owner" in answer.get_json()["error"]["message"]
    assert browser.patch(f"{TEAM}/{owner.id}", json={"name": "Camille"}, headers=OURS).get_json()["name"] == "Camille"


def test_members_of_another_organisation_do_not_exist(app: Flask, tenant: Tenant) -> None:
    foreign = make_member(make_tenant(f"{tenant.slug}-2"), Role.VIEWER)
    browser = sign_in(app, make_member(tenant))
    assert foreign.email not in browser.get(TEAM).text
    for answer in (
        browser.get(f"{TEAM}/{foreign.id}"),
        browser.patch(f"{TEAM}/{foreign.id}", json={"role": "owner"}, headers=OURS),
        browser.delete(f"{TEAM}/{foreign.id}", headers=OURS),
    ):
        assert answer.status_code == 404


def test_members_change_their_own_name_and_not_their_role(app: Flask, tenant: Tenant) -> None:
    browser = sign_in(app, make_member(tenant, Role.VIEWER))
    changed = browser.patch("/api/v1/me", json={"name": "Diego", "language": "fr"}, headers=OURS)
    assert (changed.get_json()["name"], changed.get_json()["language"]) == ("Diego", "fr")
    assert browser.patch("/api/v1/me", json={"role": "owner"}, headers=OURS).status_code == 422
    assert browser.get("/api/v1/me").get_json()["role"] == "viewer"
    assert "password_hash" not in browser.get("/api/v1/me").text


def test_members_see_and_end_their_own_devices(app: Flask, tenant: Tenant) -> None:
    member, other = make_member(tenant, Role.VIEWER), make_member(tenant)
    here, there, foreign = sign_in(app, member), sign_in(app, member), sign_in(app, other)
    devices = here.get("/api/v1/me/sessions").get_json()
    assert sorted(device["current"] for device in devices) == [False, True]
    (elsewhere,) = [device["id"] for device in devices if not device["current"]]
    (of_other,) = [device["id"] for device in foreign.get("/api/v1/me/sessions").get_json()]
    assert here.delete(f"/api/v1/me/sessions/{of_other}", headers=OURS).status_code == 404
    assert here.delete(f"/api/v1/me/sessions/{elsewhere}", headers=OURS).status_code == 200
    assert (here.get("/api/v1/me").status_code, there.get("/api/v1/me").status_code) == (200, 401)
    remaining = foreign.get("/api/v1/admin/sessions").get_json()
    (of_member,) = [device["id"] for device in remaining if device["email"] == member.email]
    assert foreign.delete(f"/api/v1/admin/sessions/{of_member}", headers=OURS).status_code == 200
    assert here.get("/api/v1/me").status_code == 401


def test_members_change_their_own_password(app: Flask, tenant: Tenant) -> None:
    member = make_member(tenant, Role.VIEWER)
    browser = sign_in(app, member)
    order = {"old_password": "wrong", "new_password": "a new password, a longer one"}
    refused = browser.post("/api/v1/me/password", json=order, headers=OURS)
    assert refused.status_code == 422
    assert "old_password" in refused.get_json()["error"]["details"]
    weak = {"old_password": PASSWORD, "new_password": "short"}
    assert browser.post("/api/v1/me/password", json=weak, headers=OURS).status_code == 422
    order["old_password"] = PASSWORD
    assert browser.post("/api/v1/me/password", json=order, headers=OURS).get_json() == {"changed": True}
    sign_in(app, member, order["new_password"])


def test_a_key_is_told_once_and_revoked(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    browser = sign_in(app, make_member(tenant, Role.ADMIN))
    made = browser.post(KEYS, json={"name": "flow", "scopes": ["users"]}, headers=OURS).get_json()
    shown = browser.get(KEYS)
    assert made["key"] not in shown.text
    assert made["prefix"] == made["key"][:12]
    path = "/api/v1/users/+573000000001/status"
    assert web.get(path, headers={"X-API-Key": made["key"]}).status_code == 200
    assert web.get("/api/v1/admin/stats", headers={"X-API-Key": made["key"]}).status_code == 403
    revoked = browser.delete(f"{KEYS}/{made['id']}", headers=OURS).get_json()
    assert revoked["revoked_at"] is not None
    assert browser.delete(f"{KEYS}/{made['id']}", headers=OURS).get_json()["revoked_at"] == revoked["revoked_at"]
    (own,) = [key["id"] for key in shown.get_json()["keys"] if tenant.key.startswith(key["prefix"])]
    assert web.delete(f"{KEYS}/{own}", headers=tenant.headers).status_code == 409


def test_a_key_gives_no_scope_that_it_lacks(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    narrow = make_tenant(f"{tenant.slug}-narrow", {Scope.ADMIN, Scope.USERS})
    for scopes, status in ((["users"], 201), (["messages"], 403), (["users", "export"], 403), (["operator"], 422)):
        answer = web.post(KEYS, json={"name": "flow", "scopes": scopes}, headers=narrow.headers)
        assert answer.status_code == status, scopes
    browser = sign_in(app, make_member(tenant))
    for scopes, status in ((["users", "export", "admin", "messages"], 201), (["operator"], 422), ([], 422)):
        assert browser.post(KEYS, json={"name": "flow", "scopes": scopes}, headers=OURS).status_code == status
    foreign = web.get(KEYS, headers=narrow.headers).get_json()["keys"][0]["id"]
    assert browser.delete(f"{KEYS}/{foreign}", headers=OURS).status_code == 404


def test_roles_are_told_in_every_language(web: FlaskClient, tenant: Tenant) -> None:
    roles = web.get("/api/v1/admin/roles", headers=tenant.headers).get_json()
    assert [role["role"] for role in roles] == [*Role]
    assert all(set(role["may"]) == {"en", "es", "fr"} for role in roles)
