"""Sessions end: by age, by not being used, by being ended; and they belong to their member."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from cci_app.accounts.caller import Role
from cci_app.accounts.members import sessions
from cci_app.accounts.members.models import Member
from cci_app.accounts.members.register import change_password, find_member
from cci_app.accounts.members.sessions import IDLE, WHOLE, Device, find_session, list_sessions, revoke_session
from cci_app.core import clock
from cci_app.core.audit import acting_for
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, NotFound
from tests.accounts.signed_in import PASSWORD, make_member, sign_in
from tests.conftest import Tenant, make_tenant

Rows = Callable[..., list[dict[str, Any]]]


def start(tenant: Tenant, member_id: int, browser: str = "Firefox") -> str:
    with tenant_transaction(tenant.organisation_id) as session:
        member = session.get_one(Member, member_id)
        return sessions.start_session(session, member, Device("2001:db8::1", browser), how="test")


def test_a_session_names_its_member(app: Flask, tenant: Tenant) -> None:
    member = make_member(tenant, Role.AGENT)
    caller = find_session(start(tenant, member.id))
    assert caller is not None
    assert (caller.organisation_id, caller.who, caller.role) == (tenant.organisation_id, f"member:{member.id}", "agent")
    assert caller.scopes == frozenset()
    assert find_session("x") is None


def test_a_session_ends_by_itself(app: Flask, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    member = make_member(tenant)
    token = start(tenant, member.id)
    begun = clock.now()
    day = timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: begun + IDLE - day)
    assert find_session(token) is not None
    monkeypatch.setattr(clock, "now", lambda: begun + 2 * IDLE - 2 * day)
    assert find_session(token) is not None
    monkeypatch.setattr(clock, "now", lambda: begun + 3 * IDLE)
    assert find_session(token) is None
    passed = begun
    token = start(tenant, member.id)
    begun = clock.now()
    while passed < begun + WHOLE:
        passed = max(passed, begun) + day
        monkeypatch.setattr(clock, "now", lambda passed=passed: passed)
        assert (find_session(token) is not None) is (passed < begun + WHOLE)


def test_one_device_is_signed_out(app: Flask, tenant: Tenant) -> None:
    member, other = make_member(tenant), make_member(tenant)
    first, second = start(tenant, member.id, "Firefox"), start(tenant, member.id, "Safari" + "x" * 500)
    foreign = start(tenant, other.id)
    listed = list_sessions(tenant.organisation_id, member.id)
    assert [shown.device[:7] for shown in listed] == ["Safarix", "Firefox"]
    assert len(list_sessions(tenant.organisation_id)) == 3
    safari, firefox = listed
    with pytest.raises(NotFound):
        revoke_session(tenant.organisation_id, firefox.id, other.id)
    with pytest.raises(NotFound):
        revoke_session(make_tenant(f"{tenant.slug}-2").organisation_id, firefox.id)
    revoke_session(tenant.organisation_id, firefox.id, member.id)
    assert find_session(first) is None
    assert find_session(second) is not None
    assert find_session(foreign) is not None
    with pytest.raises(NotFound):
        revoke_session(tenant.organisation_id, firefox.id)
    assert [shown.id for shown in list_sessions(tenant.organisation_id, member.id)] == [safari.id]


def test_a_new_password_signs_all_other_devices_out(app: Flask, tenant: Tenant, rows: Rows) -> None:
    member = make_member(tenant)
    here, there = start(tenant, member.id), start(tenant, member.id)
    caller = find_session(here)
    assert caller is not None
    with pytest.raises(InvalidInput, match="not your password"):
        change_password(caller, "wrong wrong wrong", "a new password, a longer one")
    with pytest.raises(InvalidInput, match="at least"):
        change_password(caller, PASSWORD, "short")
    with acting_for(caller.who, caller.name):
        change_password(caller, PASSWORD, "a new password, a longer one")
    assert find_session(here) is not None
    assert find_session(there) is None
    assert sign_in(app, member, "a new password, a longer one").get("/login").status_code == 303
    acts = rows("SELECT act FROM audit_log WHERE subject = :subject ORDER BY id", subject=f"member:{member.id}")
    assert [row["act"] for row in acts] == ["password.changed", "sign_in"]


def test_only_so_many_devices_are_kept(app: Flask, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_MOST", 3)
    member = make_member(tenant)
    tokens = [start(tenant, member.id) for _ in range(5)]
    assert [find_session(token) is not None for token in tokens] == [False, False, True, True, True]


def test_a_removed_member_is_out_at_once(app: Flask, tenant: Tenant) -> None:
    member = make_member(tenant)
    browser = sign_in(app, member)
    with tenant_transaction(tenant.organisation_id) as session:
        session.delete(session.get_one(Member, member.id))
    assert browser.get("/api/v1/admin/stats").status_code == 401
    with pytest.raises(NotFound):
        find_member(tenant.organisation_id, member.id)
