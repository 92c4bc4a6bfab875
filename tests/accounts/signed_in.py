"""Members for tests, and browsers in which they are signed in."""

import os

from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.accounts.members.models import Member
from cci_app.accounts.members.passwords import hash_password
from cci_app.accounts.members.register import add_member
from cci_app.core.database import tenant_transaction
from tests.conftest import Tenant

PASSWORD = "correct horse battery staple"
OURS = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


def make_member(tenant: Tenant, role: Role = Role.OWNER, email: str | None = None, password: str = PASSWORD) -> Member:
    """A member of the organisation, with an address that no other test has."""
    address = email or f"{role}-{os.urandom(4).hex()}@example.org"
    hashed = hash_password(password)
    with tenant_transaction(tenant.organisation_id) as session:
        return add_member(session, tenant.organisation_id, address, role, hashed)


def sign_in(app: Flask, member: Member, password: str = PASSWORD) -> FlaskClient:
    """A browser of its own in which the member signed in."""
    browser = app.test_client()
    answer = browser.post("/login", data={"email": member.email, "password": password}, headers=OURS)
    assert answer.status_code == 303, answer.text
    return browser
