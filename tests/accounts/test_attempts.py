"""Whoever guesses is slowed down, and locks nobody else out."""

import os
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import parse

from cci_app.accounts.members import attempts
from cci_app.accounts.members.attempts import known_device, remember_device, waiting_seconds
from cci_app.accounts.members.models import Member
from tests.accounts.signed_in import PASSWORD, make_member, sign_in
from tests.conftest import Tenant


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that somebody would have waited."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


def guess(browser: FlaskClient, member: Member, address: str, password: str = "wrong wrong wrong") -> int:
    answer = browser.post(
        "/login",
        data={"email": member.email, "password": password},
        environ_overrides={"REMOTE_ADDR": address},
    )
    assert ("Retry-After" in answer.headers) is (answer.status_code == 429)
    return answer.status_code


def address() -> str:
    """An address that no other test comes from."""
    return "2001:db8::" + ":".join(os.urandom(2).hex() for _ in range(4))


def test_guessing_from_one_place_is_stopped(app: Flask, tenant: Tenant, waits: list[float]) -> None:
    member, here = make_member(tenant), address()
    answers = [guess(app.test_client(), member, here) for _ in range(12)]
    assert answers == [401] * 10 + [429] * 2
    assert guess(app.test_client(), member, here, PASSWORD) == 429
    assert guess(app.test_client(), make_member(tenant), here, PASSWORD) == 303
    # The member is not locked out: neither from elsewhere nor on their own device.
    assert guess(app.test_client(), member, address(), PASSWORD) == 303


def test_guessing_from_everywhere_makes_strangers_wait_and_not_the_known_device(
    app: Flask, tenant: Tenant, waits: list[float]
) -> None:
    member = make_member(tenant)
    own = sign_in(app, member)
    here = address()
    for _ in range(20):
        assert guess(app.test_client(), member, address()) == 401
    assert waits[-1] == max(waits) == 4.0
    waits.clear()
    assert guess(own, member, here, PASSWORD) == 303
    assert waits == []
    assert guess(app.test_client(), member, address(), PASSWORD) == 303
    assert waits == [4.0]


def test_even_behind_one_address_a_known_device_gets_in(app: Flask, tenant: Tenant, waits: list[float]) -> None:
    member, shared = make_member(tenant), address()
    own = app.test_client()
    assert guess(own, member, shared, PASSWORD) == 303
    assert {guess(app.test_client(), member, shared) for _ in range(15)} == {401, 429}
    assert guess(own, member, shared, PASSWORD) == 303


def test_a_known_device_is_stopped_as_well_when_it_guesses(app: Flask, tenant: Tenant, waits: list[float]) -> None:
    member = make_member(tenant)
    own = sign_in(app, member)
    assert [guess(own, member, address()) for _ in range(11)] == [401] * 10 + [429]


def test_failing_at_many_accounts_from_one_address_is_stopped_and_signing_in_is_not(
    app: Flask, tenant: Tenant, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "OF_ADDRESS", parse("3/15 minutes"))
    office, member = address(), make_member(tenant)
    for _ in range(5):
        assert guess(app.test_client(), member, office, PASSWORD) == 303
    assert [guess(app.test_client(), make_member(tenant), office) for _ in range(4)] == [401] * 3 + [429]
    assert guess(app.test_client(), member, office, PASSWORD) == 429
    assert guess(app.test_client(), member, address(), PASSWORD) == 303


def test_a_success_forgets_the_attempts(app: Flask, tenant: Tenant, waits: list[float]) -> None:
    member, here = make_member(tenant), address()
    for _ in range(3):
        assert [guess(app.test_client(), member, here) for _ in range(4)] == [401] * 4
        assert guess(app.test_client(), member, here, PASSWORD) == 303


def test_few_wait_at_once(app: Flask, tenant: Tenant, waits: list[float]) -> None:
    member = make_member(tenant)
    for _ in range(6):
        guess(app.test_client(), member, address())
    for _ in range(attempts.WAITING_AT_ONCE):
        assert attempts._waiting.acquire(blocking=False)
    try:
        assert guess(app.test_client(), member, address()) == 429
    finally:
        for _ in range(attempts.WAITING_AT_ONCE):
            attempts._waiting.release()
    assert guess(app.test_client(), member, address()) == 401


def test_waits_grow_and_end() -> None:
    assert [waiting_seconds(n) for n in (0, 4, 5, 6, 8, 9, 1000)] == [0.0, 0.0, 0.25, 0.5, 2.0, 4.0, 4.0]


def test_a_device_is_known_to_its_own_member_alone(app: Flask) -> None:
    kept = remember_device("camille@example.org", "abc")
    assert known_device(kept, "camille@example.org") == "abc"
    assert known_device(kept, "diego@example.org") is None
    assert known_device(kept[:-1] + ("A" if kept[-1] != "A" else "B"), "camille@example.org") is None
    for forged in (None, "", "x", '["camille@example.org","abc"]'):
        assert known_device(forged, "camille@example.org") is None
