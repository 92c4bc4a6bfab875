"""Tests run on a real PostgreSQL and a real Redis, started once for all test processes.

Each test process has a database of its own, cloned from one that the real migrations built, and a Redis database of its
own. Every database has a foreign organisation with rows of its own, which no test may ever see.
"""

import os
import ssl
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.core.outbound import transport
from cci_app.embedded.postgres import EmbeddedPostgres
from cci_app.embedded.redis import EmbeddedRedis
from tests.fakes.internet import Internet

TEMPLATE = "cci_template"
SAMPLES = Path(__file__).parent.parent / "config" / "samples"

# Nothing of the developer's environment reaches a test: no database, no key, no tracing.
_STRANGERS = {"OPENAI", "ANTHROPIC", "GOOGLE", "GEMINI", "LANGSMITH", "LANGCHAIN"}
for _name in list(os.environ):
    if _name.endswith("DATABASE_URL") or _name.partition("_")[0] in _STRANGERS or _name in {"REDIS_URL", "CHAT_MODEL"}:
        del os.environ[_name]


_SERVERS: "pytest.StashKey[Servers]" = pytest.StashKey()
_ADDRESSES: pytest.StashKey[dict[str, str]] = pytest.StashKey()


class Servers:
    """The servers of a test run; started by the first process, used by all."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="cci-tests-")
        root = Path(self._folder.name)
        (root / "postgres").mkdir()
        (root / "redis").mkdir()
        self.postgres = EmbeddedPostgres(root / "postgres", durable=False)
        self.redis = EmbeddedRedis(root / "redis", durable=False)

    def start(self) -> dict[str, str]:
        """Start both and build the database that all others are copied from."""
        self.postgres.start()
        self.redis.start()
        superuser = self.postgres.superuser_url("postgres")
        _run_as_superuser(superuser, f"CREATE DATABASE {TEMPLATE}")
        _migrate(self.postgres.superuser_url(TEMPLATE), self.redis.url)
        return {"postgres": superuser, "redis": self.redis.url}

    def stop(self) -> None:
        """Stop both and remove their files."""
        self.redis.stop()
        self.postgres.stop()
        self._folder.cleanup()


def _engine(url: str) -> sa.Engine:
    return sa.create_engine(
        url.replace("postgresql://", "postgresql+psycopg2://"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )


def _run_as_superuser(url: str, *statements: str) -> None:
    with _engine(url).connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def _migrate(url: str, redis_url: str) -> None:
    from flask_migrate import upgrade

    from cci_app import create_app

    _run_as_superuser(url, "CREATE EXTENSION IF NOT EXISTS vector")
    app = create_app(make_settings(url, redis_url))
    with app.app_context():
        upgrade()
        from cci_app.core.database import db

        db.engine.dispose()


def make_settings(database_url: str, redis_url: str, **changes: Any) -> Any:
    """Settings of a test application."""
    from config.settings import Environment, Settings

    values: dict[str, Any] = {
        "environment": Environment.TEST,
        "database_url": database_url,
        "redis_url": redis_url,
        "tz": "America/Bogota",
        "file_storage": tempfile.gettempdir() + "/cci-test-files",
        "rate_limit_per_person": "10000/minute",
        "rate_limit_per_stranger": "1000000/minute",
        # Each test has an organisation of its own.
        "assistants_shared_with": "*",
        # A test of a chat model's key is no test of embeddings.
        "embedding_model": "offline",
        **changes,
    }
    return Settings(**values)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of our own."""
    parser.addoption("--screenshots", action="store_true", help="make the pictures of docs/pages.md anew")


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers in the process that starts the others."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    servers = Servers()
    config.stash[_SERVERS] = servers
    config.stash[_ADDRESSES] = servers.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    if _SERVERS in config.stash:
        config.stash[_SERVERS].stop()


def pytest_configure_node(node: Any) -> None:
    """Tell another test process (of xdist) where the servers are."""
    node.workerinput["addresses"] = node.config.stash[_ADDRESSES]


@pytest.fixture(scope="session")
def addresses(request: pytest.FixtureRequest, worker_id: str) -> dict[str, str]:
    """Addresses of this process' database (as superuser, and as the web's login) and Redis database."""
    config = request.config
    shared: dict[str, str] = getattr(config, "workerinput", {}).get("addresses") or config.stash[_ADDRESSES]
    database = f"cci_test_{worker_id}"
    web = f"web_{worker_id}"
    background = f"background_{worker_id}"
    _run_as_superuser(
        shared["postgres"],
        f"CREATE DATABASE {database} TEMPLATE {TEMPLATE}",
        f"CREATE ROLE {web} LOGIN PASSWORD 'test' IN ROLE cci_app",
        f"CREATE ROLE {background} LOGIN PASSWORD 'test' IN ROLE cci_app, cci_system",
    )
    url = sa.make_url(shared["postgres"]).set(database=database)
    number = 0 if worker_id == "master" else int(worker_id.removeprefix("gw")) + 1

    def as_login(name: str) -> str:
        return url.set(username=name, password="test").render_as_string(hide_password=False)

    return {
        "superuser": url.render_as_string(hide_password=False),
        "web": as_login(web),
        "background": as_login(background),
        "redis": sa.make_url(shared["redis"]).set(database=str(number)).render_as_string(hide_password=False),
    }


@dataclass(frozen=True)
class Tenant:
    """An organisation with an API key of every scope."""

    organisation_id: int
    slug: str
    key: str

    @property
    def headers(self) -> dict[str, str]:
        """Headers that speak for the organisation."""
        return {"X-API-Key": self.key}


@pytest.fixture(scope="session")
def settings(addresses: dict[str, str]) -> Any:
    """Settings as in production: the web's own login, another one for background work."""
    return make_settings(
        addresses["web"],
        addresses["redis"],
        system_database_url=addresses["background"],
        migrations_database_url=addresses["superuser"],
    )


@pytest.fixture(scope="session")
def application(settings: Any) -> Iterator[Flask]:
    """One application for the tests of this process."""
    from cci_app import before_exit, create_app

    app = create_app(settings)
    app.testing = True
    with app.app_context():
        make_foreign_tenant()
        learn_examples(app)
    yield app
    before_exit(app)


def learn_examples(app: Flask) -> None:
    """Have the assistant's examples learnt before anything is asked: a busy machine may take long."""
    from cci_app.agents.questionnaire.agent import examples_of
    from cci_app.agents.questionnaire.content import QuestionnaireContent

    for content in app.extensions["cci_conversation"].catalogue.find(1, None).spec.agents.values():
        if isinstance(content, QuestionnaireContent):
            examples_of(content).learnt()


def make_tenant(slug: str, scopes: Any = None) -> Tenant:
    """An organisation and a key."""
    from cci_app.accounts.caller import Scope
    from cci_app.accounts.keys import create_key
    from cci_app.accounts.organisations import ensure_organisation
    from cci_app.core.database import system_transaction

    organisation_id = ensure_organisation(slug, slug.title(), "America/Bogota")
    with system_transaction() as session:
        key = create_key(session, organisation_id, "test", set(scopes) if scopes is not None else set(Scope))
    return Tenant(organisation_id, slug, key)


def make_foreign_tenant() -> Tenant:
    """Somebody else's organisation, whose rows are always there."""
    return make_tenant("foreign")


@pytest.fixture
def app(application: Flask) -> Iterator[Flask]:
    """The application, with its context pushed."""
    with application.app_context():
        yield application


@pytest.fixture
def tenant(app: Flask) -> Iterator[Tenant]:
    """A fresh organisation with a key of every scope."""
    from cci_app.core.database import system_transaction

    made = make_tenant(f"org-{os.urandom(4).hex()}")
    # The fake bot has one number, which leads to one organisation: what another test left would keep it.
    with system_transaction() as session:
        session.execute(sa.text("DELETE FROM channel_accounts WHERE kind = 'telegram'"))
    yield made
    with system_transaction() as session:
        session.execute(
            sa.text("DELETE FROM channel_accounts WHERE organisation_id = :id"), {"id": made.organisation_id}
        )


@pytest.fixture
def organisation_id(tenant: Tenant) -> int:
    """A fresh organisation."""
    return tenant.organisation_id


@pytest.fixture
def web(application: Flask) -> FlaskClient:
    """A client without a pushed context: each request has its own, as in production."""
    return application.test_client()


@pytest.fixture
def store(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """The folder in which the application keeps files."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(update={"file_storage": str(tmp_path / "files")})
    yield tmp_path / "files"
    app.config["SETTINGS"] = before


@pytest.fixture
def internet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Internet]:
    """The internet of the corpus of hostile addresses, in place of the real one."""
    with Internet(tmp_path) as pretended, pretended.place.pretended():
        context = ssl.create_default_context(cafile=pretended.place.authority)
        monkeypatch.setattr(transport, "_ssl_context", lambda: context)
        yield pretended


@pytest.fixture
def rows(addresses: dict[str, str]) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """Read the database as its superuser sees it: `rows("SELECT ...", name=value)`."""
    engine = _engine(addresses["superuser"])
    with engine.connect() as connection:

        def read(statement: str, **values: Any) -> list[dict[str, Any]]:
            return [dict(row) for row in connection.execute(sa.text(statement), values).mappings()]

        yield read
    engine.dispose()
