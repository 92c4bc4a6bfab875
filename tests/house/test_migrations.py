"""Migrations run up, down and up again on a database of their own."""

from pathlib import Path

import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from cci_app import create_app
from cci_app.core.database import db
from cci_app.embedded.postgres import EmbeddedPostgres
from tests.conftest import make_settings


def test_migrations_can_be_rolled_back(addresses: dict[str, str]) -> None:
    superuser = sa.make_url(addresses["superuser"])
    scratch = f"{superuser.database}_migrations"
    admin = sa.create_engine(
        superuser.set(drivername="postgresql+psycopg2"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {scratch}"))
    url = superuser.set(database=scratch).render_as_string(hide_password=False)
    app = create_app(make_settings(url, addresses["redis"]))
    with app.app_context():
        upgrade()
        with db.engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO organisations (slug, name) VALUES ('one', 'One')"))
        downgrade(revision="base")
        with db.engine.connect() as connection:
            tables = connection.scalars(sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        assert tables == ["alembic_version"]
        upgrade()
        db.engine.dispose()
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {scratch}"))


def test_one_login_that_may_create_roles_serves_all(addresses: dict[str, str], tmp_path: Path) -> None:
    """As a managed PostgreSQL gives one: the owner of its database, and no superuser."""
    postgres = EmbeddedPostgres(tmp_path, durable=False)
    postgres.start()
    try:
        _run(
            postgres,
            "postgres",
            "CREATE ROLE manager LOGIN CREATEROLE PASSWORD 'test'",
            "CREATE DATABASE d OWNER manager",
        )
        _run(postgres, "d", "CREATE EXTENSION vector")
        app = create_app(make_settings(f"postgresql://manager:test@{postgres.address}/d", addresses["redis"]))
        with app.app_context():
            upgrade()
            made = app.test_cli_runner().invoke(args=["organisations", "create", "one", "--name", "One"])
            assert made.exit_code == 0, made.output
            downgrade(revision="base")
            db.engine.dispose()
    finally:
        postgres.stop()


def _run(postgres: EmbeddedPostgres, database: str, *statements: str) -> None:
    url = sa.make_url(postgres.superuser_url(database)).set(drivername="postgresql+psycopg2")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
