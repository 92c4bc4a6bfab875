"""The database of the product inside the embedded PostgreSQL: made by the superuser, used by two lesser logins."""

from contextlib import closing

import psycopg2

from cci_app.core.logins import make_login
from cci_app.embedded.postgres import EmbeddedPostgres

NAME = "cci"


def create_database(postgres: EmbeddedPostgres) -> bool:
    """Make the database with pgvector; whether it is new."""
    with closing(psycopg2.connect(postgres.superuser_url())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            new = cursor.fetchone() is None
            if new:
                cursor.execute(f"CREATE DATABASE {NAME}")
    with (
        closing(psycopg2.connect(postgres.superuser_url(NAME))) as connection,
        connection,  # commits
        connection.cursor() as cursor,
    ):
        cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
    return new


def create_login(postgres: EmbeddedPostgres, login: str, password: str) -> str:
    """Make or refresh a login (see `core.logins`); its address."""
    make_login(postgres.superuser_url(NAME), login, password)
    return f"postgresql://{login}:{password}@{postgres.address}/{NAME}"
