"""Rules of the database: every table of somebody is closed to everybody else."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from cci_app import ROOMS
from cci_app.core.database import Base, db, keyless_transaction, tenant_transaction
from tests.conftest import Tenant, make_tenant

Rows = Callable[..., list[dict[str, Any]]]


def owned_tables() -> list[str]:
    tables = [name for name, table in Base.metadata.tables.items() if "organisation_id" in table.columns]
    return sorted([*tables, "organisations"])


def test_every_table_of_somebody_has_forced_row_level_security(app: Flask, rows: Rows) -> None:
    secured = {
        row["relname"]: row
        for row in rows(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
    }
    assert owned_tables()
    for table in owned_tables():
        assert secured[table]["relrowsecurity"], table
        assert secured[table]["relforcerowsecurity"], table
    # Any table of the database but Alembic's own is somebody's.
    assert set(secured) - {"alembic_version"} == set(owned_tables())


def test_no_row_hangs_on_a_row_of_somebody_else(app: Flask, rows: Rows) -> None:
    owned = set(owned_tables())
    references = rows(
        "SELECT conrelid::regclass::text AS one, confrelid::regclass::text AS other, ARRAY(SELECT attname::text"
        " FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY(conkey)) AS columns"
        " FROM pg_constraint WHERE contype = 'f'"
    )
    within = [each for each in references if each["one"] in owned and each["other"] in owned - {"organisations"}]
    assert within
    assert [each for each in within if "organisation_id" not in each["columns"]] == []


def test_a_statement_cannot_tie_a_row_to_one_of_somebody_else(app: Flask, tenant: Tenant) -> None:
    statement = sa.text(
        "INSERT INTO answers (organisation_id, assistant, run_id, question, text, status, asked_at, answered_at)"
        " VALUES (:organisation_id, 'cci', :run_id, :question, 'x', 'answered', now(), now())"
    )
    run_id = uuid.uuid4()
    other = make_tenant(f"other-{run_id.hex[:8]}").organisation_id
    with tenant_transaction(other) as session:
        session.execute(
            sa.text(
                "INSERT INTO conversation_runs (id, organisation_id, assistant, user_id, started_at, last_message_at)"
                " VALUES (:id, :organisation_id, 'cci', '+573000000001', now(), now())"
            ),
            {"id": run_id, "organisation_id": other},
        )
        session.execute(statement, {"organisation_id": other, "run_id": run_id, "question": 1})
    with (
        pytest.raises(sa.exc.IntegrityError, match="fk_answers_organisation_id_run_id"),
        tenant_transaction(tenant.organisation_id) as session,
    ):
        session.execute(statement, {"organisation_id": tenant.organisation_id, "run_id": run_id, "question": 2})


def test_every_policy_names_the_organisation(app: Flask, rows: Rows) -> None:
    for table in owned_tables():
        policies = rows("SELECT policyname, roles::text[], qual FROM pg_policies WHERE tablename = :name", name=table)
        tenant_policies = [policy for policy in policies if policy["policyname"] == "organisation"]
        assert len(tenant_policies) == 1, table
        assert tenant_policies[0]["roles"] == ["cci_app"]
        assert "app.organisation_id" in tenant_policies[0]["qual"]


def test_the_application_is_neither_owner_nor_superuser(app: Flask) -> None:
    with tenant_transaction(1) as session:
        row = session.execute(
            sa.text("SELECT rolsuper, rolbypassrls, rolname FROM pg_roles WHERE rolname = current_user")
        ).one()
        owned = session.scalar(sa.text("SELECT count(*) FROM pg_tables WHERE tableowner = current_user"))
    assert tuple(row) == (False, False, "cci_app")
    assert owned == 0


def test_the_login_of_the_web_cannot_become_the_system(app: Flask) -> None:
    with db.engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        connection.execute(sa.text("SET ROLE cci_system"))


def test_without_an_organisation_there_are_no_rows(app: Flask, tenant: Tenant) -> None:
    with keyless_transaction() as session:
        for table in owned_tables():
            assert session.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 0, table
    with db.engine.connect() as connection:
        for table in owned_tables():
            assert connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 0, table


def test_an_organisation_cannot_write_rows_of_another(app: Flask, tenant: Tenant) -> None:
    statement = sa.text(
        "INSERT INTO turn_state (organisation_id, assistant, user_id) VALUES (:other, 'cci', '+573000000001')"
    )
    with (
        pytest.raises(sa.exc.ProgrammingError, match="row-level security"),
        tenant_transaction(tenant.organisation_id) as session,
    ):
        session.execute(statement, {"other": tenant.organisation_id - 1})


def test_the_organisation_does_not_outlive_its_transaction(app: Flask, tenant: Tenant) -> None:
    with tenant_transaction(tenant.organisation_id) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM organisations")) == 1
    with db.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT current_setting('app.organisation_id', true)")) in {None, ""}


def test_an_application_knows_every_table_whatever_it_serves(app: Flask) -> None:
    assert {mapper.class_.__module__ for mapper in Base.registry.mappers} <= set(ROOMS)


def test_the_migrations_build_the_models(app: Flask, addresses: dict[str, str]) -> None:
    engine = sa.create_engine(
        addresses["superuser"].replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_there_is_one_head_and_every_migration_can_be_rolled_back() -> None:
    folder = Path(__file__).parents[2] / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    scripts = ScriptDirectory.from_config(config)
    assert len(scripts.get_heads()) == 1
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")
        source = Path(script.path).read_text()
        assert "def downgrade() -> None:\n    pass" not in source
