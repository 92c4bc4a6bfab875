"""The database of the product inside the embedded PostgreSQL: made by the superuser, used by two lesser roles."""

from contextlib import closing

import psycopg2
from psycopg2 import sql

from cci_app.embedded.postgres import EmbeddedPostgres

NAME = "cci"
# Login roles over the group roles of the migrations. The web process has no way to look across organisations. Outside a
# transaction of ours a query of the web's role finds no rows; one of the worker's, which could find all, is refused.
ROLES = {"cci_web": ("INHERIT", "cci_app"), "cci_worker": ("NOINHERIT", "cci_app, cci_system")}


def create_database(postgres: EmbeddedPostgres) -> bool:
    """Make the database with pgvector; whether it is new."""
    with closing(psycopg2.connect(postgres.superuser_url())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            new = cursor.fetchone() is None
            if new:
                cursor.execute(f"CREATE DATABASE {NAME}")
    _execute(postgres, "CREATE EXTENSION IF NOT EXISTS vector")
    return new


def create_login(postgres: EmbeddedPostgres, role: str, password: str) -> str:
    """Make or refresh a login role, after the migrations have made its groups; its address."""
    inheritance, groups = ROLES[role]
    _execute(
        postgres,
        sql.SQL(
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {}) THEN CREATE ROLE {}; END IF; END $$"
        ).format(sql.Literal(role), sql.Identifier(role)),
        sql.SQL(f"ALTER ROLE {{}} LOGIN {inheritance} PASSWORD {{}}").format(
            sql.Identifier(role), sql.Literal(password)
        ),
        sql.SQL(f"GRANT {groups} TO {{}}").format(sql.Identifier(role)),
    )
    return f"postgresql://{role}:{password}@{postgres.address}/{NAME}"


def _execute(postgres: EmbeddedPostgres, *steps: str | sql.Composable) -> None:
    with (
        closing(psycopg2.connect(postgres.superuser_url(NAME))) as connection,
        connection,  # commits
        connection.cursor() as cursor,
    ):
        for step in steps:
            cursor.execute(step)
