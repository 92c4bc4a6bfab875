"""Every page of the URL map: without a session, with each role, and from another site."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Access, Proof, Role
from cci_app.blueprints import BLUEPRINTS
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant
from tests.fakes.every_route import Route, of_application

VALUES = {
    "user_id": "+573000000001",
    "assistant": "cci",
    "trial_id": "trial:m1.abc",
    "register": "channels",
    "shelf": "tools",
    "act": "check",
    "state": "resolved",
    "kind": "manychat",
    "name": "members",
}
# Each way to write needs its own body: who may write is told that something is missing, or not there.
REFUSED = 403


def pages_of(app: Flask) -> list[tuple[str, Route, Access]]:
    """Every page with its method, and what its blueprint asks."""
    asked = {dotted.rpartition(":")[2]: access for dotted, access in BLUEPRINTS if ".dashboard." in dotted}
    return [(route.method, route, asked[route.blueprint]) for route in of_application(app) if route.blueprint in asked]


def address(route: Route) -> str:
    return route.address({**route.nothing, **VALUES})


def test_there_are_pages_of_all_kinds(app: Flask) -> None:
    found = pages_of(app)
    assert len(found) > 40
    assert {method for method, _, _ in found} == {"GET", "POST"}


@pytest.mark.parametrize("role", [*Role])
def test_a_page_asks_for_the_role_that_its_blueprint_names(app: Flask, tenant: Tenant, role: Role) -> None:
    for method, rule, access in pages_of(app):
        if access.proofs != (Proof.SESSION,):
            continue
        needed = access.role(changing=method != "GET")
        # A browser of its own each time: one of these signs itself out.
        browser = sign_in(app, make_member(tenant, role)) if method == "POST" else _reader(app, tenant, role)
        status = browser.open(address(rule), method=method, headers=OURS).status_code
        assert needed is not None
        if not role.covers(needed):
            assert status == REFUSED, (method, rule)
        else:
            assert status not in {401, 500}, (method, rule)
            assert status != REFUSED or not role.covers(Role.ADMIN), (method, rule)


_readers: dict[tuple[str, Role], FlaskClient] = {}


def _reader(app: Flask, tenant: Tenant, role: Role) -> FlaskClient:
    key = (tenant.slug, role)
    if key not in _readers:
        _readers[key] = sign_in(app, make_member(tenant, role))
    return _readers[key]


def test_nobody_sees_or_writes_anything_without_a_session(app: Flask, tenant: Tenant) -> None:
    for method, rule, access in pages_of(app):
        for headers in ({}, tenant.headers):
            answer = app.test_client().open(address(rule), method=method, headers={**OURS, **headers})
            expected = {303} if access.proofs == (Proof.SESSION,) else {410}
            assert answer.status_code in expected, (method, rule)


def test_nothing_is_written_from_another_site(app: Flask, tenant: Tenant) -> None:
    browser = sign_in(app, make_member(tenant))
    for method, rule, access in pages_of(app):
        if method == "POST" and access.proofs == (Proof.SESSION,):
            for origin in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
                assert browser.post(address(rule), headers=origin).status_code == REFUSED, rule


def test_what_is_not_there_is_said_in_a_heading(app: Flask, tenant: Tenant) -> None:
    browser = sign_in(app, make_member(tenant))
    missing = f"/admin/inbox/{10**12}"
    assert "<h1>Aquí no hay nada</h1>" in browser.get(missing).text
    # On a page that stays it is a notice among its other words.
    assert "<strong>Aquí no hay nada</strong>" in browser.get(missing, headers={"HX-Request": "true"}).text
