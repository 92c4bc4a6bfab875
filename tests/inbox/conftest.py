"""People who wait for a human, and those who answer them."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.conversation.inbound import Person
from cci_app.conversation.log import log_conversations
from cci_app.core.database import tenant_transaction
from cci_app.handoff.models import Handoff
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant

NUMBER = "+573000000001"


class Colleague:
    """A member of the organisation in a browser of their own, who speaks to the API."""

    def __init__(self, app: Flask, tenant: Tenant, role: Role = Role.AGENT) -> None:
        self.member = make_member(tenant, role)
        self.browser: FlaskClient = sign_in(app, self.member)

    def get(self, path: str = "") -> Any:
        return self.browser.get(f"/api/v1/handoffs{path}", headers=OURS)

    def post(self, path: str, **body: Any) -> Any:
        return self.browser.post(f"/api/v1/handoffs{path}", headers=OURS, json=body or None)

    def upload(self, path: str, form: dict[str, Any]) -> Any:
        return self.browser.post(f"/api/v1/handoffs{path}", headers=OURS, data=form)

    def put(self, path: str, **body: Any) -> Any:
        return self.browser.put(f"/api/v1/handoffs{path}", headers=OURS, json=body)


@pytest.fixture
def person(tenant: Tenant) -> Person:
    return Person(tenant.organisation_id, "cci", NUMBER)


@pytest.fixture
def colleague(app: Flask, tenant: Tenant) -> Colleague:
    return Colleague(app, tenant)


@pytest.fixture
def other(app: Flask, tenant: Tenant) -> Colleague:
    return Colleague(app, tenant)


@pytest.fixture
def say(web: FlaskClient, tenant: Tenant) -> Callable[[str], str]:
    """What the person says, and what they read."""

    def send(text: str) -> str:
        answer: Any = web.post(
            "/api/v1/whatsapp/message", headers=tenant.headers, json={"user_id": NUMBER, "message": text}
        )
        assert answer.status_code == 200, answer.text
        log_conversations()
        return str(answer.json["response"])

    return send


@pytest.fixture
def asked(app: Flask, say: Callable[[str], str], person: Person) -> int:
    """A request of the person's, by what they said."""
    say("Bonjour")
    say("Je veux parler à une personne")
    with tenant_transaction(person.organisation_id) as session:
        return session.scalars(sa.select(Handoff.id).where(Handoff.user_id == NUMBER)).one()
