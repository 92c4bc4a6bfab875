"""The logins of web and worker: both lesser than the owner of the tables, and the web's lesser than the worker's."""

from contextlib import closing

import psycopg2
from psycopg2 import sql

WEB, WORKER = "cci_web", "cci_worker"
# Login roles over the group roles of the migrations. The web process has no way to look across organisations. Outside a
# transaction of ours a query of the web's role finds no rows; one of the worker's, which could find all, is refused.
LOGINS = {WEB: ("INHERIT", "cci_app"), WORKER: ("NOINHERIT", "cci_app, cci_system")}


def make_login(address: str, login: str, password: str) -> None:
    """Make or refresh a login, after the migrations have made its groups.

    `address` is that of the database for whoever may make roles, as libpq reads it.
    """
    inheritance, groups = LOGINS[login]
    steps = (
        sql.SQL(
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {}) THEN CREATE ROLE {}; END IF; END $$"
        ).format(sql.Literal(login), sql.Identifier(login)),
        sql.SQL(f"ALTER ROLE {{}} LOGIN {inheritance} PASSWORD {{}}").format(
            sql.Identifier(login), sql.Literal(password)
        ),
        sql.SQL(f"GRANT {groups} TO {{}}").format(sql.Identifier(login)),
    )
    with closing(psycopg2.connect(address)) as connection, connection, connection.cursor() as cursor:
        for step in steps:
            cursor.execute(step)
