"""The whole product for the length of a measurement: own PostgreSQL and Redis, real gunicorn, worker and beat.

Everything listens on free ports of loopback and lives in a folder that goes away with it. Only processes started here
are ever stopped.
"""

import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Self

import psutil
import sqlalchemy as sa

from cci_app.accounts.caller import Scope
from cci_app.core.queue import worker_words
from cci_app.embedded import EmbeddedPostgres, EmbeddedRedis, processes
from cci_app.embedded.database import NAME, create_database, create_login
from config.settings import ROOT, Settings

SAMPLES = ROOT / "config" / "samples"
READY_SECONDS = 60.0
# A limit would hide what lies behind it.
NO_LIMITS = dict.fromkeys(("RATE_LIMIT_PER_KEY", "RATE_LIMIT_PER_STRANGER", "RATE_LIMIT_PER_PERSON"), "10000000/minute")
_PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR")


class Product:
    """A context in which everything runs; `settings` are environment variables for all parts.

    `key` is an API key of every scope for the organisation that the samples belong to. With a `tablespace` the database
    is in that folder, all of it but its log.
    """

    def __init__(
        self, settings: Mapping[str, str] | None = None, *, durable: bool = False, tablespace: Path | None = None
    ) -> None:
        self.tablespace = tablespace
        self._more = dict(settings or {})
        self._durable = durable
        self._stack = ExitStack()
        self._roles: dict[str, dict[str, str]] = {}
        self._commands: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.address = ""
        self.key = ""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cci-bench-")))
            self.postgres = stack.enter_context(EmbeddedPostgres(self.folder, durable=self._durable))
            self.redis = stack.enter_context(EmbeddedRedis(self.folder, durable=self._durable))
            self._prepare()
            beat = ("celery", "-A", "celery_tasks.timetable", "beat", "-s", str(self.folder / "beat-schedule"))
            for name, serves in (("worker", "turns"), ("jobs", "jobs")):
                stack.enter_context(self.part(name, ("celery", "-A", "celery_tasks.app", *worker_words(serves))))
            stack.enter_context(self.part("beat", beat))
            self.address = stack.enter_context(self.web("wsgi:app", "web"))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        # All at once: one after the other takes as long as all of them.
        for process in self.processes.values():
            process.terminate()
        self._stack.close()

    @contextmanager
    def web(self, application: str, name: str, settings: Mapping[str, str] | None = None) -> Iterator[str]:
        """Another web server, of the WSGI application `module:name`, on the same data; gives its address."""
        metrics = self.folder / f"{name}-metrics"
        metrics.mkdir()
        port = free_port()
        more = {"PORT": str(port), "PROMETHEUS_MULTIPROC_DIR": str(metrics), **(settings or {})}
        command = ("gunicorn", "-c", "config/gunicorn.py", application)
        with self.part(name, command, more) as process:
            if not processes.wait_until(lambda: answers(port), process, READY_SECONDS):
                raise RuntimeError(f"{name} did not answer within {READY_SECONDS:.0f} s:\n{self.last_words(name)}")
            yield f"http://{processes.LOOPBACK}:{port}"

    def rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """Read the database as its superuser sees it, past every policy."""
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(statement), values).mappings()]

    def execute(self, *statements: str) -> None:
        """Change the database as its superuser, each statement on its own."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def last_words(self, name: str, lines: int = 40) -> str:
        """The end of what a part has said."""
        text = (self.folder / f"{name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _prepare(self) -> None:
        create_database(self.postgres)
        owner = self.postgres.superuser_url(NAME)
        self._engine = sa.create_engine(Settings(database_url=owner).app_database, poolclass=sa.NullPool)
        if self.tablespace is not None:
            self._move(self.tablespace)
        making = shlex.join(("keys", "create", "--name", "benchmark", "--scopes", ",".join(Scope)))
        *_, self.key = self.commands("db upgrade", "seed", making, database=owner)
        logins = {role: create_login(self.postgres, role, "loopback-only") for role in ("cci_web", "cci_worker")}
        across = {"DATABASE_URL": logins["cci_worker"], "SYSTEM_DATABASE_URL": logins["cci_worker"]}
        self._roles = {"worker": across, "jobs": across, "beat": across, "flask": across}
        self._roles["web"] = {"DATABASE_URL": logins["cci_web"]}

    def _move(self, folder: Path) -> None:
        assert self.postgres.process is not None
        server = psutil.Process(self.postgres.process.pid)
        os.chown(folder, server.uids().real, server.gids().real)
        engine = sa.create_engine(Settings(database_url=self.postgres.superuser_url()).app_database)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"CREATE TABLESPACE small LOCATION '{folder}'")
            connection.exec_driver_sql(f"ALTER DATABASE {NAME} SET TABLESPACE small")
        engine.dispose()

    def environment(self, part: str) -> dict[str, str]:
        """The environment of a part: nothing of the developer's own settings reaches it."""
        return {
            **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            "REDIS_URL": self.redis.url,
            "CONTACTS_EXCEL_PATH": str(SAMPLES / "contacts.xlsx"),
            "KNOWLEDGE_PATH": str(SAMPLES / "documents"),
            "FILE_STORAGE": str(self.folder / "files"),
            "LOG_LEVEL": "WARNING",
            "EMBEDDING_MODEL": "offline",
            **NO_LIMITS,
            **self._roles.get(part, self._roles.get("web", {})),
            **self._more,
        }

    @contextmanager
    def part(
        self, name: str, words: tuple[str, ...], settings: Mapping[str, str] | None = None
    ) -> "Iterator[subprocess.Popen[bytes]]":
        """Run `python -m words` as a part of that name, with more environment variables."""
        self._commands[name] = (words, self.environment(name) | dict(settings or {}))
        self.restart(name)
        try:
            yield self.processes[name]
        finally:
            processes.stop(self.processes[name], grace=20)

    def restart(self, name: str) -> None:
        """Start a part again that is gone, as it was started first; from the main thread, see `processes.spawn`."""
        words, environment = self._commands[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = processes.spawn(
                (sys.executable, "-m", *words), output=log, cwd=ROOT, env=environment
            )

    def flask(self, *words: str) -> str:
        """Run a command of the product and return what it printed."""
        return self.commands(shlex.join(words))[0]

    def commands(self, *commands: str, database: str | None = None) -> list[str]:
        """What commands of the product print, run in one process; `database` in place of the background's login."""
        environment = self.environment("flask")
        if database:
            environment |= {"DATABASE_URL": database, "MIGRATIONS_DATABASE_URL": database}
        words = (sys.executable, "-m", "cci_app.embedded.commands", *commands)
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{', '.join(commands)} failed:\n{done.stderr[-4000:]}")
        printed: list[str] = json.loads(done.stdout)
        return printed

    def add_account(self, kind: str, fields: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        """An account at a channel's service, named main."""
        path = self.folder / "secrets.json"
        path.write_text(json.dumps(secrets))
        given = [word for name, value in fields.items() for word in ("--set", f"{name}={value}")]
        self.flask("channels", "add", kind, "main", *given, "--secrets-file", str(path))


def free_port() -> int:
    """A port of loopback on which nobody listens at this moment."""
    with socket.socket() as probe:
        probe.bind((processes.LOOPBACK, 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether the web server on that port is up."""
    connection = HTTPConnection(processes.LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
