"""Migrations run up, down and up again on a database of their own."""

import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from cci_app import create_app
from cci_app.core.database import db
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
