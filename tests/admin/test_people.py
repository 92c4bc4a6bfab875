"""The contact book looked through by the API."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from cci_app.conversation.models import UserSession
from cci_app.core.database import system_transaction
from tests.admin.contacts import add_contact
from tests.conftest import Tenant
from tests.exports.conftest import NOON, Add

Ask = Callable[..., Any]


@pytest.fixture
def ask(web: FlaskClient, tenant: Tenant) -> Ask:
    def found(**query: Any) -> Any:
        answer = web.get("/api/v1/contacts", query_string=query, headers=tenant.headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    return found


def names(found: Any) -> list[str]:
    return [each["first_name"] for each in found["contacts"]]


def wrote(tenant: Tenant, phone: str, *, completed: bool) -> None:
    with system_transaction() as session:
        session.add(
            UserSession(
                organisation_id=tenant.organisation_id,
                assistant="cci",
                user_id=phone,
                first_interaction=NOON,
                last_interaction=NOON,
                total_questions_answered=3,
                session_completed=completed,
            )
        )


def test_pages_go_by_company_and_name(tenant: Tenant, ask: Ask) -> None:
    for number, (first, last, company) in enumerate(
        [
            ("D", "Z", None),
            ("C", "Zuluaga", "Éclair"),
            ("A", "Ávila", "eclair"),
            ("B", "Avila", "Eclair"),
            ("E", "A", "X"),
        ]
    ):
        add_contact(tenant, f"+57300000000{number}", first_name=first, last_name=last, company=company)
    seen, page = [], ask(limit=2)
    assert page["count"] == 5
    while True:
        seen += names(page)
        if page["next"] is None:
            break
        page = ask(limit=2, before=page["next"])
        assert page["count"] is None
    assert seen == ["D", "A", "B", "C", "E"]


@pytest.mark.parametrize("text", ["pena", "PEÑA café", "0000001", "bogota", "cam peña"])
def test_people_are_found_by_parts_of_what_the_book_says(tenant: Tenant, ask: Ask, text: str) -> None:
    add_contact(tenant, "+573000000001", first_name="Camille", last_name="Peña", company="Café Uno", city="Bogotá")
    add_contact(tenant, "+573000000002", first_name="Otra", company="Dos", city="Cali")
    assert names(ask(text=text)) == ["Camille"]


def test_who_wrote_and_who_is_done_is_told(tenant: Tenant, ask: Ask) -> None:
    for number, name in enumerate(("Silent", "Begun", "Done")):
        add_contact(tenant, f"+57300000000{number}", first_name=name, company=str(number))
    wrote(tenant, "+573000000001", completed=False)
    wrote(tenant, "+573000000002", completed=True)
    assert names(ask(wrote="false")) == ["Silent"]
    assert names(ask(wrote="true")) == ["Begun", "Done"]
    assert names(ask(completed="true")) == ["Done"]
    assert names(ask(completed="false")) == ["Silent", "Begun"]
    assert ask(completed="true")["contacts"][0]["last_interaction"].startswith("2026-01-15T17:00:00")


def test_a_card_has_the_persons_conversations(tenant: Tenant, web: FlaskClient, add: Add) -> None:
    add_contact(tenant, first_name="Camille", company="Café Uno")
    run_id = add(texts=["Hola"], user_id="+573001234567")
    add(texts=["Otro"], user_id="+573009999999")
    card: Any = web.get("/api/v1/contacts/300 123 4567", headers=tenant.headers).json
    assert card["company"] == "Café Uno"
    assert [each["conversation_id"] for each in card["conversations"]] == [str(run_id)]
    assert web.get("/api/v1/contacts/+573008888888", headers=tenant.headers).status_code == 404


@pytest.mark.parametrize("before", ["x", "W10", "WyJhIiwgImIiLCAiYyJd", "WzEsMiwzXQ"])
def test_a_made_up_page_is_refused(tenant: Tenant, web: FlaskClient, before: str) -> None:
    assert web.get(f"/api/v1/contacts?before={before}", headers=tenant.headers).status_code == 422
