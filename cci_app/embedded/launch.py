"""The way from nothing to a running product, step by step."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NoReturn

from cci_app.embedded import processes
from cci_app.embedded.console import Console
from cci_app.embedded.database import NAME, create_database, create_login
from cci_app.embedded.errors import CannotStart
from cci_app.embedded.local import Local
from cci_app.embedded.postgres import EmbeddedPostgres
from cci_app.embedded.redis import EmbeddedRedis
from cci_app.embedded.supervisor import Supervisor
from config.settings import ROOT, Settings

READY_SECONDS = 60.0
SAMPLES = ROOT / "config" / "samples"
PARTS = {
    "worker": ("celery", "-A", "celery_tasks.app", "worker"),
    "beat": ("celery", "-A", "celery_tasks.app", "beat"),
    "web": ("gunicorn", "-c", "config/gunicorn.py", "wsgi:app"),
}
# A newcomer's key may talk and look people up; the other one may do everything.
KEYS = {"CCI_API_KEY": "messages,users", "CCI_ADMIN_KEY": "messages,users,admin,export"}


class Launch:
    """One run: what the person set in the environment stays, what is missing we bring."""

    def __init__(self, settings: Settings, local: Local, supervisor: Supervisor, console: Console) -> None:
        self._settings = settings
        self._local = local
        self._supervisor = supervisor
        self._say = console.say
        self._given = settings.model_fields_set
        self._common: dict[str, str] = {}
        self._roles: dict[str, dict[str, str]] = {}
        self._admin_url = ""

    @property
    def address(self) -> str:
        """Where the web server is to be found from this machine."""
        host = self._settings.web_host
        host = processes.LOOPBACK if host in {"0.0.0.0", "::"} else host  # noqa: S104 (compared, not bound)
        return f"http://{f'[{host}]' if ':' in host else host}:{self._settings.port}"

    def run(self) -> NoReturn:
        """Bring everything up, then watch it; ends only by an exception."""
        self._local.announce(self.address)
        self._supervisor.stop_leftovers()
        self._check_port()
        self._prepare_environment()
        postgres = self._start_servers()
        if postgres and create_database(postgres):
            self._local.keep(keys_of="")
        self._migrate(postgres)
        self._say(
            "Loading the sample contacts and documents" if "contacts_excel_path" not in self._given else "Seeding"
        )
        self._flask("seed")
        self._ensure_keys()
        self._start_parts()
        self._tell()
        self._supervisor.watch()

    def _check_port(self) -> None:
        host, port = self._settings.web_host, self._settings.port
        if not processes.is_free(host, port):
            other = next((n for n in range(port + 1, port + 100) if processes.is_free(host, n)), port + 1)
            raise CannotStart(f"Port {port} is in use: choose another one with `make run PORT={other}`.")

    def _prepare_environment(self) -> None:
        metrics = self._local.subfolder("metrics")
        shutil.rmtree(metrics)  # figures of processes that are gone
        metrics.mkdir()
        defaults = {
            "secret_key": self._local.secret("secret_key"),
            "contacts_excel_path": str(SAMPLES / "contacts.xlsx"),
            "knowledge_path": str(SAMPLES / "documents"),
            "prometheus_multiproc_dir": str(metrics),
        }
        self._common = {"PYTHONUNBUFFERED": "1"} | self._where_missing(defaults)

    def _where_missing(self, defaults: Mapping[str, str]) -> dict[str, str]:
        return {name.upper(): value for name, value in defaults.items() if name not in self._given}

    def _start_servers(self) -> EmbeddedPostgres | None:
        postgres = None
        if self._given.isdisjoint({"database_url", "db_host"}):
            self._say("Starting PostgreSQL")
            postgres = EmbeddedPostgres(self._local.folder)
            self._adopt("postgres", postgres)
        if "redis_url" not in self._given:
            self._say("Starting Redis")
            redis = EmbeddedRedis(self._local.folder)
            self._adopt("redis", redis)
            self._common["REDIS_URL"] = redis.url
        return postgres

    def _adopt(self, name: str, server: EmbeddedPostgres | EmbeddedRedis) -> None:
        server.start(lambda process: self._supervisor.adopt(name, process, server.stop))

    def _migrate(self, postgres: EmbeddedPostgres | None) -> None:
        """Migrate as the owner of the tables; the parts get roles of their own where the server is ours."""
        self._say("Bringing the database up to date")
        if postgres is None:
            self._admin_url = self._settings.migrations_database.replace("+psycopg2", "", 1)
            self._flask("db", "upgrade")
            return
        self._admin_url = postgres.superuser_url(NAME)
        self._flask("db", "upgrade", env={"DATABASE_URL": self._admin_url, "MIGRATIONS_DATABASE_URL": self._admin_url})
        web, worker = (create_login(postgres, role, self._local.secret(role)) for role in ("cci_web", "cci_worker"))
        across = {"DATABASE_URL": worker, "SYSTEM_DATABASE_URL": worker}
        self._roles = {"web": {"DATABASE_URL": web}, "worker": across, "beat": across, "flask": across}

    def _ensure_keys(self) -> None:
        """Make the two keys once for each database: they cannot be read again from it."""
        database = "embedded" if "web" in self._roles else self._admin_url
        if self._local.get("keys_of") == database:
            return
        self._say("Making API keys")
        keys = {
            name: self._flask("keys", "create", "--name", name, "--scopes", scopes) for name, scopes in KEYS.items()
        }
        self._local.keep(keys_of=database, **keys)

    def _start_parts(self) -> None:
        self._say("Starting web, worker and beat")
        schedule = self._local.subfolder("beat") / "schedule"
        for name, words in PARTS.items():
            more = ("-s", schedule) if name == "beat" else ()
            self._supervisor.start(name, (sys.executable, "-m", *words, *more), cwd=ROOT, env=self._environment(name))
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            self._supervisor.check()
            if time.monotonic() > deadline:
                raise CannotStart(f"web did not answer on {self.address} within {READY_SECONDS:.0f} s: see above.")
            time.sleep(0.1)

    def _answers(self) -> bool:
        host, _, port = self.address.removeprefix("http://").rpartition(":")
        connection = HTTPConnection(host.strip("[]"), int(port), timeout=5)
        with suppress(OSError, HTTPException):
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        return False

    def _environment(self, part: str) -> dict[str, str]:
        return {**os.environ, **self._common, **self._roles.get(part, {})}

    def _flask(self, *words: str, env: Mapping[str, str] | None = None) -> str:
        """Run a command of the product; what it prints, while its complaints go to the console."""
        command: list[str | Path] = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        process = processes.spawn(
            command, output=subprocess.PIPE, errors=None, cwd=ROOT, env=self._environment("flask") | dict(env or {})
        )
        try:
            printed, _ = process.communicate()
        finally:
            processes.stop(process)
        if process.returncode:
            raise CannotStart(f"`flask {' '.join(words)}` failed: see the lines above.")
        return printed.decode().strip()

    def _tell(self) -> None:
        keys: dict[str, Any] = {name: self._local.get(name) for name in KEYS}
        database = self._roles.get("web", {}).get("DATABASE_URL") or self._settings.app_database.replace(
            "+psycopg2", "", 1
        )
        redis = self._common.get("REDIS_URL") or self._settings.redis_url.get_secret_value()
        self._local.write_credentials(
            {"CCI_URL": self.address, **keys}
            | {"DATABASE_URL": database, "ADMIN_DATABASE_URL": self._admin_url, "REDIS_URL": redis}
        )
        self._say(
            f"""
Everything runs. Ctrl-C stops it; what it learned stays in {self._local.folder}.

  Address    {self.address}
  API        {self.address}/docs
  API key    {keys["CCI_API_KEY"]}
  Admin key  in {self._local.credentials}, with everything else one needs

Say hello:

curl -s -X POST {self.address}/api/v1/whatsapp/message -H 'X-API-Key: {keys["CCI_API_KEY"]}' \
-H 'Content-Type: application/json' -d '{{"user_id": "+573001234567", "message": "Bonjour"}}'
"""
        )
