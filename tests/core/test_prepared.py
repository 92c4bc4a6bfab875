"""Statements that run often are read and planned once a connection; a pooler between is told from a fault."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.core.database import db, one_trip, tenant_statement
from cci_app.core.prepared import preparing

OFTEN = one_trip(
    "SELECT current_setting('app.organisation_id') AS organisation, CAST(:number AS int) + 1 AS next,"
    " :number > 5 AS many, (SELECT count(*) FROM pg_prepared_statements) AS prepared",
    often=True,
)


@pytest.fixture(autouse=True)
def anew(app: Flask) -> Iterator[None]:
    """Connections on which nothing was prepared, and a process that still does."""
    db.engine.dispose()
    preparing.goes_well = True
    yield
    db.engine.dispose()
    preparing.goes_well = True


def ask(organisation_id: int, number: int = 1) -> Any:
    (row,) = tenant_statement(organisation_id, OFTEN, {"number": number})
    return row


def on_the_connection(statement: str) -> None:
    with db.engine.connect() as connection:
        connection.exec_driver_sql(statement)
        connection.commit()


def test_a_statement_is_prepared_once_a_connection_and_executed_with_its_own_values(organisation_id: int) -> None:
    assert [tuple(ask(organisation_id, number)) for number in (1, 9)] == [
        (str(organisation_id), 2, False, 1),
        (str(organisation_id), 10, True, 1),
    ]
    assert ask(organisation_id + 1).organisation == str(organisation_id + 1)


def test_one_that_was_made_before_is_used(organisation_id: int) -> None:
    ask(organisation_id)
    with db.engine.connect() as connection:
        connection.info["prepared"].clear()
    assert ask(organisation_id).prepared == 1
    assert preparing.goes_well


def test_behind_a_pooler_that_shares_connections_statements_are_sent_as_they_are(organisation_id: int) -> None:
    ask(organisation_id)
    on_the_connection("DEALLOCATE ALL")
    assert tuple(ask(organisation_id)) == (str(organisation_id), 2, False, 0)
    assert not preparing.goes_well


def test_a_migration_that_changes_its_columns_harms_nobody(organisation_id: int, addresses: dict[str, str]) -> None:
    superuser = sa.create_engine(addresses["superuser"].replace("postgresql://", "postgresql+psycopg2://"))
    with superuser.begin() as connection:
        connection.execute(sa.text("CREATE TABLE counted (a int); GRANT SELECT ON counted TO cci_app"))
        connection.execute(sa.text("INSERT INTO counted VALUES (1)"))
    try:
        every = one_trip("SELECT * FROM counted WHERE a = :a", often=True)
        assert [tuple(row) for row in tenant_statement(organisation_id, every, {"a": 1})] == [(1,)]
        with superuser.begin() as connection:
            connection.execute(sa.text("ALTER TABLE counted ADD COLUMN b int DEFAULT 2"))
        assert [tuple(row) for row in tenant_statement(organisation_id, every, {"a": 1})] == [(1, 2)]
    finally:
        with superuser.begin() as connection:
            connection.execute(sa.text("DROP TABLE counted"))
        superuser.dispose()


def test_a_fault_of_the_statement_is_its_own(organisation_id: int) -> None:
    divide = one_trip("SELECT 1 / CAST(:number AS int) AS share", often=True)
    with pytest.raises(sa.exc.DataError):
        tenant_statement(organisation_id, divide, {"number": 0})
    assert tenant_statement(organisation_id, divide, {"number": 1})[0].share == 1
    assert preparing.goes_well
