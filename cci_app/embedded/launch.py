"""The way from nothing to a running product, step by step."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import Any, NoReturn

from cci_app.core.queue import worker_words
from cci_app.embedded import processes
from cci_app.embedded.console import Console
from cci_app.embedded.database import NAME, create_database, create_login
from cci_app.embedded.errors import CannotStart
from cci_app.embedded.local import Local
from cci_app.embedded.postgres import EmbeddedPostgres
from cci_app.embedded.redis import EmbeddedRedis
from cci_app.embedded.supervisor import Supervisor
from config.addresses import without_driver
from config.settings import ROOT, Settings

READY_SECONDS = 60.0
SAMPLES = ROOT / "config" / "samples"
_CELERY = ("celery", "--quiet", "-A")
# They have no neighbours to look for.
_ALONE = ("--without-mingle", "--without-gossip")
PARTS = {
    "web": ("gunicorn", "-c", "config/gunicorn.py", "wsgi:app"),
    "worker": (*_CELERY, "celery_tasks.app", *worker_words("turns"), *_ALONE),
    "jobs": (*_CELERY, "celery_tasks.app", *worker_words("jobs"), *_ALONE),
    "beat": (*_CELERY, "celery_tasks.timetable", "beat"),
}
# On one's own machine being root is no news.
QUIET = ("-W", "ignore::UserWarning:celery.platforms")
# Beside a PostgreSQL of ours no stray address counts; an empty one is as good as none.
OWN_DATABASE = {"SYSTEM_DATABASE_URL": "", "MIGRATIONS_DATABASE_URL": ""}
# A newcomer's key may talk and look people up; the other one may do everything.
OWNER = "owner@example.org"
KEYS = {"CCI_API_KEY": "messages,users", "CCI_ADMIN_KEY": "messages,users,admin,export,operator"}


class Launch:
    """One run: what the person set in the environment stays, what is missing we bring."""

    def __init__(self, settings: Settings, local: Local, supervisor: Supervisor, console: Console) -> None:
        self._settings = settings
        self._local = local
        self._supervisor = supervisor
        self._say = console.say
        self._given = settings.model_fields_set
        self._common: dict[str, str] = {}
        # Whatever the shell holds, the web process never looks across organisations.
        self._roles: dict[str, dict[str, str]] = {"web": {"SYSTEM_DATABASE_URL": ""}}
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
        self._prepare_database(postgres)
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
            # A chamber's documents: the other assistants of the samples are of other houses.
            **({} if "knowledge_path" in self._given else {"knowledge_assistant": "cci"}),
            "records_path": str(SAMPLES / "desk"),
            "catalog_path": str(SAMPLES / "autos"),
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

    def _prepare_database(self, postgres: EmbeddedPostgres | None) -> None:
        """Migrate, load the samples, and make two keys and an owner once for each database, which tells them once."""
        self._say("Migrating the database, loading contacts, documents and tables")
        environment: dict[str, str] = {}
        if postgres:
            if create_database(postgres):
                self._local.keep(keys_of="", owner_of="")
            self._admin_url = postgres.superuser_url(NAME)
            environment = OWN_DATABASE | dict.fromkeys(("DATABASE_URL", "MIGRATIONS_DATABASE_URL"), self._admin_url)
        else:
            self._admin_url = without_driver(self._settings.migrations_database)
        database = "embedded" if postgres else self._admin_url
        names = KEYS if self._local.get("keys_of") != database else {}
        making = {name: f"keys create --name {name} --scopes {scopes}" for name, scopes in names.items()}
        if self._local.get("owner_of") != database:
            owner = os.environ.get("CCI_OWNER_EMAIL") or OWNER
            self._local.keep(CCI_OWNER_EMAIL=owner)
            making["CCI_OWNER_PASSWORD"] = f"members create --renew --email {shlex.quote(owner)}"
        _, seeded, *made = self._run_commands("db upgrade", "seed", *making.values(), environment=environment)
        self._say(seeded)
        self._local.keep(keys_of=database, owner_of=database, **dict(zip(making, made, strict=True)))
        if postgres:
            web, worker = (create_login(postgres, role, self._local.secret(role)) for role in ("cci_web", "cci_worker"))
            across = OWN_DATABASE | {"DATABASE_URL": worker, "SYSTEM_DATABASE_URL": worker}
            self._roles = {
                "web": OWN_DATABASE | {"DATABASE_URL": web},
                "worker": across,
                "jobs": across,
                "beat": across,
            }

    def _start_parts(self) -> None:
        self._say("Starting web, workers and beat")
        schedule = self._local.subfolder("beat") / "schedule"
        for name, words in PARTS.items():
            more = ("-s", schedule) if name == "beat" else ()
            self._supervisor.start(name, part_command(*words, *map(str, more)), cwd=ROOT, env=self._environment(name))
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

    def _run_commands(self, *commands: str, environment: Mapping[str, str]) -> list[str]:
        """Run commands of the product; what each printed, while their complaints go to the console."""
        process = processes.spawn(
            [sys.executable, "-m", "cci_app.embedded.commands", *commands],
            output=subprocess.PIPE,
            errors=None,
            cwd=ROOT,
            env={**os.environ, **self._common, **environment},
        )
        try:
            printed, _ = process.communicate()
        finally:
            processes.stop(process)
        if process.returncode:
            raise CannotStart("The database could not be prepared: see the lines above.")
        outputs: list[str] = json.loads(printed)
        return outputs

    def _tell(self) -> None:
        keys: dict[str, Any] = {name: self._local.get(name) for name in KEYS}
        owner: dict[str, Any] = {name: self._local.get(name) for name in ("CCI_OWNER_EMAIL", "CCI_OWNER_PASSWORD")}
        database = self._roles["web"].get("DATABASE_URL") or without_driver(self._settings.app_database)
        system = self._roles.get("worker", {}).get("DATABASE_URL") or without_driver(self._settings.system_database)
        redis = self._common.get("REDIS_URL") or self._settings.redis_address
        self._local.write_credentials(
            {"CCI_URL": self.address, **keys, **owner}
            | {"DATABASE_URL": database, "SYSTEM_DATABASE_URL": system, "ADMIN_DATABASE_URL": self._admin_url}
            | {"REDIS_URL": redis}
        )
        self._say(
            f"""
Everything runs. Ctrl-C stops it; what it learned stays in {self._local.folder}.

  Address    {self.address}
  API        {self.address}/docs
  Sign in    {self.address}/login as {owner["CCI_OWNER_EMAIL"]}{self._owner_password()}
  API key    {keys["CCI_API_KEY"]}
  Admin key  in {self._local.credentials}, with everything else one needs
  Model      {", then ".join(self._settings.default_models)}{_hint(self._settings)}

Say hello:

curl -s -X POST {self.address}/api/v1/whatsapp/message -H 'X-API-Key: {keys["CCI_API_KEY"]}' \
-H 'Content-Type: application/json' -d '{{"user_id": "+573001234567", "message": "Bonjour"}}'
"""
        )

    def _owner_password(self) -> str:
        """The password that was made for the owner, unless an earlier run told it."""
        password = self._local.get("CCI_OWNER_PASSWORD") or ""
        if password == self._local.get("owner_told"):
            return ""
        self._local.keep(owner_told=password)
        return f"\n  Password   {password}   (told once: change it after signing in)"


def part_command(*words: str) -> tuple[str, ...]:
    """How a part is started: the module that `words` begins with, and its arguments."""
    return (sys.executable, *QUIET, "-m", "cci_app.embedded.part", *words)


def _hint(settings: Settings) -> str:
    """What a newcomer should know of the model."""
    return ": rules, no key needed (docs/models.md)" if settings.default_models == ("offline",) else " (docs/models.md)"
