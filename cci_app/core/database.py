"""The database: the models' base, and transactions that see one organisation's rows.

Every table that belongs to somebody carries `organisation_id`, and its row-level security is forced. A transaction
takes one of two roles and, as `cci_app`, one organisation; both are local to the transaction, so they are safe behind a
pooler in transaction mode. Without an organisation `cci_app` sees no rows.
"""

import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg2
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from psycopg2.extras import NamedTupleCursor
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, SessionTransaction, mapped_column, registry
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.sql.compiler import SQLCompiler

from cci_app.core.cutoff import BoundedPool
from cci_app.core.deadline import waits
from cci_app.core.phone import USER_ID_LENGTH
from cci_app.core.prepared import PreparedStatement, prepared, preparing

APP_ROLE = "cci_app"
SYSTEM_ROLE = "cci_system"


class Base(DeclarativeBase):
    """What every model inherits: naming of constraints, and PostgreSQL's types for Python's."""

    # Flask-SQLAlchemy derives a base of its own from this one, which a bare `type_annotation_map` does not survive.
    registry = registry(
        metadata=sa.MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            datetime: sa.TIMESTAMP(timezone=True),
            dict[str, Any]: JSONB,
            list[Any]: JSONB,
            str: sa.Text,
        },
    )


class OrganisationOwned:
    """A table whose rows belong to an organisation; the policy on it is a migration's work and a test's demand."""

    organisation_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("organisations.id", ondelete="CASCADE"), sort_order=-3
    )


def belongs_to(table: str, column: str) -> sa.ForeignKeyConstraint:
    """That `column` names a row of `table` of the same organisation, and goes with it: no row hangs on another's."""
    return sa.ForeignKeyConstraint(
        ("organisation_id", column), (f"{table}.organisation_id", f"{table}.id"), ondelete="CASCADE"
    )


class PersonOwned(OrganisationOwned):
    """A table whose rows belong to a person who writes to one of an organisation's assistants."""

    assistant: Mapped[str] = mapped_column(sa.String(64), sort_order=-2)
    user_id: Mapped[str] = mapped_column(sa.String(USER_ID_LENGTH), sort_order=-1)


db = SQLAlchemy(model_class=Base)


class ScopedSession(Session):
    """A session whose every transaction begins by taking the role and organisation in its `info`."""


@sa.event.listens_for(ScopedSession, "after_begin")
def _take_scope(session: Session, _transaction: SessionTransaction, connection: sa.Connection) -> None:
    scope = session.info["scope"]
    connection.execute(_set_scope(tuple(scope)), scope)


_REST_SECONDS = 5.0
# Local to the transaction: whatever an earlier one set is gone.
_SCOPES = frozenset(
    {"organisation_id", "organisation_slug", "api_key_hash", "session_hash", "link_hash", "member_email", "chat_token"}
)
_SCOPE_OF_STATEMENT = (
    "SELECT set_config('role', :scope_role, true), set_config('app.organisation_id', :scope_organisation_id, true)"
)
_SCOPE_BEFORE = "SELECT set_config('role', :scope_role, true), set_config('app.{name}', :scope_secret, true)"
_TIME_LIMIT = ", set_config('statement_timeout', :scope_milliseconds, true)"
_THEN = "; "
_BEGIN_WITH_SCOPE = sa.text(f"BEGIN; {_SCOPE_OF_STATEMENT}")


@functools.cache
def _set_scope(names: tuple[str, ...]) -> sa.TextClause:
    role, *settings = names
    if role != "role" or not _SCOPES.issuperset(settings):
        raise ValueError(f"no scope has the parts {', '.join(names)}")
    told = "".join(f", set_config('app.{name}', :{name}, true)" for name in settings)
    return sa.text(f"SELECT set_config('role', :role, true){told}")


def engine_options(pool_size: int, pool_timeout: float) -> dict[str, Any]:
    """Options of every engine: few connections, and errors that do not repeat what was written."""
    return {
        "poolclass": BoundedPool,
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": pool_timeout,
        "pool_recycle": 1800,
        # An error of the database would otherwise carry what people wrote into the log.
        "hide_parameters": True,
        # A network that is gone is noticed also by whoever has no deadline.
        "connect_args": {
            "application_name": "cci",
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 60_000,
        },
    }


@sa.event.listens_for(sa.Pool, "checkin")
def _note_rest(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info["resting_since"] = time.monotonic()


@sa.event.listens_for(sa.Pool, "checkout")
def _check_after_rest(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
    """Notice that the server slept or went away before a request does, at a cost for rested connections only."""
    if time.monotonic() - record.info.get("resting_since", time.monotonic()) < _REST_SECONDS:
        return
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        cursor.close()
        connection.rollback()
    except psycopg2.Error as error:
        raise sa.exc.DisconnectionError from error


@contextmanager
def _transaction(engine: sa.Engine, role: str, **scope: str) -> Iterator[Session]:
    info = {"scope": {"role": role, **scope}}
    with ScopedSession(engine, info=info, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def tenant_transaction(organisation_id: int) -> Iterator[Session]:
    """A transaction that sees one organisation's rows. Commits at the end, rolls back on an exception."""
    with _transaction(db.engine, APP_ROLE, organisation_id=str(organisation_id)) as session:
        yield session


@contextmanager
def tenant_connection(organisation_id: int) -> Iterator[sa.Connection]:
    """The same on a bare connection, for statements that need no models.

    The transaction begins and takes its scope in one round trip, which the driver's own BEGIN would double.
    """
    with db.engine.connect() as connection, _autocommit(connection):
        connection.execute(_BEGIN_WITH_SCOPE, _scope_of(organisation_id))
        try:
            yield connection
        except BaseException:
            # Whatever happened to it, this connection is not used again.
            connection.invalidate()
            raise
        connection.exec_driver_sql("COMMIT")


def one_trip(
    statement: str,
    *parameters: sa.BindParameter[Any],
    timed: bool = False,
    often: bool = False,
    presented: str | None = None,
) -> sa.TextClause:
    """Make a statement for `tenant_statement`; `parameters` give those their types that are not plain.

    A `timed` one is given its `timeout` there. One that runs `often`, and always takes the same way through the tables,
    is prepared. One for `keyless_statement` names what is `presented` there, as `keyless_transaction` does.
    """
    if presented is not None and presented not in _SCOPES:
        raise ValueError(f"no scope has the part {presented}")
    scope = _SCOPE_OF_STATEMENT if presented is None else _SCOPE_BEFORE.format(name=presented)
    scope += _TIME_LIMIT if timed else ""
    return sa.text(f"{scope}{_THEN}{statement}").bindparams(*parameters).execution_options(often=often)


def jsonb(*names: str) -> list[sa.BindParameter[Any]]:
    """Parameters of a statement that are JSON; None is NULL."""
    return [sa.bindparam(name, type_=JSONB(none_as_null=True)) for name in names]


def tenant_statement(
    organisation_id: int, statement: sa.TextClause, values: Mapping[str, Any], *, timeout: float | None = None
) -> Sequence[Any]:
    """Run one statement, made by `one_trip`, as a transaction of its own, in one round trip; its rows, if it gives any.

    They are named tuples. A message's way is made of these. PostgreSQL runs the commands of one simple query, the scope
    and the statement, in one transaction ("Multiple Statements in a Simple Query" in the description of its protocol).
    Raises sqlalchemy's OperationalError after `timeout` seconds, which a timed statement is given.
    """
    scope = _scope_of(organisation_id)
    if timeout is not None:
        scope["scope_milliseconds"] = str(max(1, int(timeout * 1000)))
    return _run(statement, values, scope)


def keyless_statement(secret: str, statement: sa.TextClause, values: Mapping[str, Any]) -> Sequence[Any]:
    """The same before the organisation is known: it sees what belongs to the secret, as `keyless_transaction` does."""
    return _run(statement, values, {"scope_role": APP_ROLE, "scope_secret": secret})


def _run(statement: sa.TextClause, values: Mapping[str, Any], scope: Mapping[str, str]) -> Sequence[Any]:
    known = _as_the_driver_takes_it(statement, db.engine.dialect)
    given = {**values, **scope}
    for name, process in known.processors:
        given[name] = process(given[name])
    return _ask_driver(db.engine, known, given)


@dataclass(frozen=True, slots=True)
class _ForDriver:
    """A statement's text with the driver's own parameters, and what makes those of certain types plain."""

    sql: str
    prepared: PreparedStatement | None
    processors: tuple[tuple[str, Callable[[Any], Any]], ...]


@functools.cache
def _as_the_driver_takes_it(statement: sa.TextClause, dialect: sa.Dialect) -> _ForDriver:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 (for the types' sake)
    made = ((name, bound.type.dialect_impl(dialect).bind_processor(dialect)) for name, bound in compiled.binds.items())
    scope, _, itself = compiled.string.partition(_THEN)
    often = statement.get_execution_options().get("often", False)
    return _ForDriver(
        compiled.string,
        prepared(scope, itself) if often else None,
        tuple((name, process) for name, process in made if process is not None),
    )


def _ask_driver(engine: sa.Engine, statement: _ForDriver, values: Mapping[str, Any]) -> Sequence[Any]:
    """Run a statement on the driver's connection: a third of what a message's statements cost was SQLAlchemy's layers.

    Its errors are SQLAlchemy's all the same, and a connection that is gone takes those of its age with it.
    """
    connection = None
    try:
        connection = engine.raw_connection()
        driver: Any = connection.driver_connection
        driver.autocommit = True
        try:
            with driver.cursor(cursor_factory=NamedTupleCursor) as cursor:
                made = connection.info.setdefault("prepared", set())
                if statement.prepared is None or not preparing.execute(cursor, made, statement.prepared, values):
                    cursor.execute(statement.sql, values)
                return cursor.fetchall() if cursor.description else ()
        finally:
            if not driver.closed:
                driver.autocommit = False
    except psycopg2.Error as error:
        # One that failed in the making is none.
        wrong: Any = error
        gone = connection is not None and engine.dialect.is_disconnect(wrong, connection.dbapi_connection, None)
        if connection is not None and gone:
            engine.pool._invalidate(connection, error)  # as SQLAlchemy's own connections do
        raise sa.exc.DBAPIError.instance(
            statement.sql,
            None,
            error,
            psycopg2.Error,
            hide_parameters=True,
            connection_invalidated=gone,
            dialect=engine.dialect,
        ) from error
    finally:
        if connection is not None:
            connection.close()


@contextmanager
def tenant_snapshot(organisation_id: int) -> Iterator[sa.Connection]:
    """A transaction that sees one organisation's rows as they stood at its first statement, and can change none.

    An export takes what it takes: no deadline of the request cuts it.
    """
    engine = db.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with waits(None):
        unhurried = engine.connect()
    with unhurried as connection, connection.begin():
        scope = {"role": APP_ROLE, "organisation_id": str(organisation_id)}
        connection.execute(_set_scope(tuple(scope)), scope)
        yield connection


def _scope_of(organisation_id: int) -> dict[str, str]:
    return {"scope_role": APP_ROLE, "scope_organisation_id": str(organisation_id)}


@contextmanager
def _autocommit(connection: sa.Connection) -> Iterator[None]:
    """No BEGIN before a statement. SQLAlchemy's own switch costs a round trip, this one of the driver's none."""
    driver: Any = connection.connection.driver_connection
    driver.autocommit = True
    try:
        yield
    finally:
        if not driver.closed:
            driver.autocommit = False


@contextmanager
def keyless_transaction(**presented: str) -> Iterator[Session]:
    """A transaction before the organisation is known.

    It sees nothing but the rows that belong to what was presented: that of the API key, session or link whose hash it
    names (who holds a secret may read its row; `api_key_hash`, `session_hash`, `link_hash`), the members of an address
    (`member_email`), the organisation of a short name (`organisation_slug`), the chat that a page shows (`chat_token`).
    """
    with _transaction(db.engine, APP_ROLE, **presented) as session:
        yield session


def enter_organisation(session: Session, organisation_id: int) -> None:
    """Let the rest of a transaction see that organisation's rows, which it has just made."""
    entered = sa.text("SELECT set_config('app.organisation_id', :organisation_id, true)")
    session.execute(entered, {"organisation_id": str(organisation_id)})


@contextmanager
def system_transaction() -> Iterator[Session]:
    """A transaction of background work and of the command line, across organisations."""
    engine = db.engines.get("system", db.engine)
    with _transaction(engine, SYSTEM_ROLE) as session:
        yield session
