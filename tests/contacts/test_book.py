"""The contact book: who is found, and what a reload changes."""

from typing import Any

import pytest
import sqlalchemy as sa

from cci_app.contacts import book, reload
from cci_app.contacts.card import ContactCard
from cci_app.contacts.errors import WorkbookError
from cci_app.core.database import tenant_transaction
from tests.fakes.workbooks import HEADERS, PERSON, contacts, workbook


def load(organisation_id: int, *people: tuple[str, str]) -> reload.ReloadDiff:
    return reload.apply(organisation_id, contacts(*people), "CO", confirm=1)


def company_of(organisation_id: int, user_id: str) -> str | None:
    with tenant_transaction(organisation_id) as session:
        card = book.find(session, organisation_id, user_id, "CO")
    return card.company if card else None


def count(organisation_id: int) -> int:
    with tenant_transaction(organisation_id) as session:
        return book.count(session, organisation_id)


def test_every_column_of_the_first_deployment_is_kept(app: Any, organisation_id: int) -> None:
    reload.apply(organisation_id, workbook(HEADERS, PERSON), "CO")
    with tenant_transaction(organisation_id) as session:
        card = book.find(session, organisation_id, "+573001234567", "CO")
    assert card == ContactCard(
        phone="+573001234567",
        first_name="Camille",
        last_name="Durand",
        company="Vinos del Valle SAS",
        role="Gerente",
        sector="Vinos",
        city="Bogotá",
        email="camille@example.org",
        membership="Oro",
        description="Importa vinos",
    )


@pytest.mark.parametrize(
    "written", ["+573001234567", "573001234567", "3001234567", " 573001234567", "+57 300 123 4567"]
)
def test_a_person_is_found_by_the_number_however_written(app: Any, organisation_id: int, written: str) -> None:
    load(organisation_id, ("3001234567", "Uno"), ("3001234568", "Dos"))
    assert company_of(organisation_id, written) == "Uno"


def test_the_full_number_goes_before_the_national_one(app: Any, organisation_id: int) -> None:
    load(organisation_id, ("+923001234567", "Pakistan"), ("+573001234567", "Colombia"))
    assert company_of(organisation_id, "+573001234567") == "Colombia"
    assert company_of(organisation_id, "+923001234567") == "Pakistan"


def test_the_same_national_number_serves_when_it_is_the_only_one(app: Any, organisation_id: int) -> None:
    load(organisation_id, ("+923001234567", "Una"))
    assert company_of(organisation_id, "+573001234567") == "Una"


def test_two_with_the_same_national_number_are_nobody(app: Any, organisation_id: int) -> None:
    load(organisation_id, ("+923001234567", "Una"), ("+523001234567", "Otra"))
    assert company_of(organisation_id, "+573001234567") is None


def test_finding_costs_one_query_and_none_for_what_is_no_phone(app: Any, organisation_id: int) -> None:
    load(organisation_id, ("+573001234567", "Una"))
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    with tenant_transaction(organisation_id) as session:
        connection = session.connection()
        sa.event.listen(connection, "before_cursor_execute", note)
        assert book.find(session, organisation_id, "+573001234567", "CO")
        assert not book.find(session, organisation_id, "manychat:3001234567", "CO")
    assert len(statements) == 1


@pytest.mark.parametrize("stranger", ["+573001234560", "1234567", "+57300123456", "manychat:3001234567", "", "x" * 200])
def test_part_of_a_number_finds_nobody(app: Any, organisation_id: int, stranger: str) -> None:
    load(organisation_id, ("+573001234567", "Una"))
    assert company_of(organisation_id, stranger) is None


def test_another_organisations_contacts_are_not_found(app: Any, organisation_id: int, foreign_id: int) -> None:
    load(foreign_id, ("+573001234567", "Foreign"))
    assert company_of(organisation_id, "+573001234567") is None
    with tenant_transaction(organisation_id) as session:
        assert book.find(session, foreign_id, "+573001234567", "CO") is None


def test_a_reload_counts_what_it_does(app: Any, organisation_id: int) -> None:
    load(organisation_id, ("3000000001", "Una"), ("3000000002", "Dos"), ("3000000003", "Tres"))
    second = contacts(("3000000001", "Una"), ("3000000002", "Dos SAS"), ("3000000004", "Cuatro"), ("nada", "Cinco"))
    planned = reload.plan(organisation_id, second, "CO")
    assert count(organisation_id) == 3
    applied = reload.apply(organisation_id, second, "CO", confirm=1)
    assert planned.as_dict() == applied.as_dict()
    summary = applied.summary()
    figures = {name: summary[name] for name in ("contacts", "added", "changed", "removed", "unchanged")}
    assert figures == {"contacts": 3, "added": 1, "changed": 1, "removed": 1, "unchanged": 1}
    assert summary["bad_rows"] == [{"row": 5, "reason": "the phone has no digits"}]
    assert applied.as_dict()["examples"] == {
        "added": [{"row": 4, "phone": "+573000000004", "name": None, "company": "Cuatro"}],
        "changed": [{"row": 3, "phone": "+573000000002", "name": None, "company": "Dos SAS", "changed": ["company"]}],
        "removed": [{"phone": "+573000000003", "name": None, "company": "Tres"}],
    }
    assert count(organisation_id) == 3
    assert company_of(organisation_id, "3000000003") is None
    assert reload.apply(organisation_id, second, "CO").summary()["unchanged"] == 3


def test_what_is_kept_of_a_reload_names_no_person(app: Any, organisation_id: int) -> None:
    summary = reload.apply(organisation_id, workbook(HEADERS, PERSON, (*PERSON[:3], "12", *PERSON[4:])), "CO").summary()
    for private in ("Camille", "Durand", "300", "camille@example.org", "Vinos"):
        assert private not in str(summary)


def test_a_reload_of_ten_thousand_contacts(app: Any, organisation_id: int) -> None:
    people = [(str(3_000_000_000 + number), f"Empresa {number}") for number in range(10_000)]
    assert load(organisation_id, *people).summary()["added"] == 10_000
    assert count(organisation_id) == 10_000
    assert load(organisation_id, *people[:9_000]).summary()["removed"] == 1_000


def test_one_organisations_reload_leaves_the_others_alone(app: Any, organisation_id: int, foreign_id: int) -> None:
    load(foreign_id, ("3000000009", "Foreign"))
    load(organisation_id, ("3000000001", "Una"))
    assert company_of(foreign_id, "3000000009") == "Foreign"


def test_what_finish_raises_undoes_the_reload(app: Any, organisation_id: int) -> None:
    load(organisation_id, ("3000000001", "Una"))

    def refuse(_session: Any, _done: Any) -> None:
        raise WorkbookError("no longer mine")

    with pytest.raises(WorkbookError, match="no longer mine"):
        reload.apply(organisation_id, contacts(("3000000002", "Dos")), "CO", confirm=1, finish=refuse)
    assert company_of(organisation_id, "3000000001") == "Una"
