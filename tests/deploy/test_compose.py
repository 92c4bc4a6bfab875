"""What `docker compose up` starts is bounded, and no part has a secret that is another's."""

import re
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import make_url

from cci_app.core.logins import LOGINS
from config.addresses import redis_with_password

ROOT = Path(__file__).parents[2]
WRITTEN = (ROOT / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(WRITTEN)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "cci-app"}
PASSWORDS = ("DB_PASSWORD", "DB_WEB_PASSWORD", "DB_WORKER_PASSWORD", "POSTGRES_PASSWORD")


def passwords_of(service: dict[str, Any]) -> set[str]:
    """The variables of .env that hold the passwords which a part is given."""
    given = {name: service["environment"].get(name) for name in PASSWORDS}
    assert "env_file" not in service or all(given[name] is not None for name in PASSWORDS[:3])
    return {found for value in given.values() for found in re.findall(r"\$\{(\w+)", value or "")}


def test_each_part_has_the_login_that_it_needs_and_no_other() -> None:
    assert passwords_of(SERVICES["web"]) == {"DB_WEB_PASSWORD"}
    assert SERVICES["web"]["environment"]["DB_USER"] == "cci_web"
    for name in ("worker", "jobs", "beat"):
        assert passwords_of(SERVICES[name]) == {"DB_WORKER_PASSWORD"}
        assert SERVICES[name]["environment"]["DB_USER"] == "cci_worker"
    assert passwords_of(SERVICES["migrate"]) == {"DB_PASSWORD", "DB_WEB_PASSWORD", "DB_WORKER_PASSWORD"}
    assert passwords_of(SERVICES["postgres"]) == {"DB_PASSWORD"}
    addresses = ("DATABASE_URL", "MIGRATIONS_DATABASE_URL", "SYSTEM_DATABASE_URL")
    assert all(not service["environment"][name] for service in OURS.values() for name in addresses)


def test_everything_is_bounded() -> None:
    for name, service in SERVICES.items():
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name
        assert service["read_only"], name
        assert all("size=" in mount for mount in service.get("tmpfs", ())), name
    assert {name for name, service in OURS.items() if not service.get("tmpfs")} == set()
    told = dict(line.split(" ", 1) for line in COMPOSE["configs"]["redis"]["content"].splitlines())
    assert told["maxmemory"] == "256mb"
    assert told["requirepass"].startswith("${REDIS_PASSWORD:?")
    assert SERVICES["redis"]["mem_limit"] == "512m"


def test_what_must_be_set_stands_in_the_example() -> None:
    needed = set(re.findall(r"\$\{(\w+):\?", WRITTEN)) | {"SECRET_KEY"}
    example = (ROOT / ".env.example").read_text()
    assert needed == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


@pytest.mark.parametrize(
    ("address", "made"),
    [
        ("redis://redis:6379/0", "redis://:a%2Fb@redis:6379/0"),
        ("rediss://redis:6379/0?ssl_cert_reqs=required", "rediss://:a%2Fb@redis:6379/0?ssl_cert_reqs=required"),
        ("redis://:own@redis:6379/0", "redis://:own@redis:6379/0"),
    ],
)
def test_the_password_of_redis_is_taken_where_its_address_has_none(address: str, made: str) -> None:
    assert redis_with_password(address, "a/b") == made
    assert redis_with_password(address, "") == address


def test_the_logins_are_made_and_can_do_no_more_than_they_need(
    app: Flask, addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = make_url(addresses["superuser"])
    settings = app.config["SETTINGS"].model_copy(
        update={
            "migrations_database_url": SecretStr(addresses["superuser"]),
            "db_web_password": SecretStr("it's the web's"),
            "db_worker_password": SecretStr("the worker's"),
        }
    )
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    for _ in range(2):  # again changes nothing
        result = app.test_cli_runner().invoke(args=["logins"])
        assert result.output.split() == list(LOGINS), result.output

    def may_become(login: str, password: str, role: str) -> bool:
        address = owner.set(username=login, password=password).render_as_string(hide_password=False)
        with psycopg2.connect(address) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_has_role(%s, %s, 'SET'), rolsuper FROM pg_roles WHERE rolname = current_user", (login, role)
            )
            row = cursor.fetchone()
        connection.close()
        assert row is not None
        assert not row[1]
        return bool(row[0])

    assert may_become("cci_web", "it's the web's", "cci_app")
    assert not may_become("cci_web", "it's the web's", "cci_system")
    assert may_become("cci_worker", "the worker's", "cci_system")


def test_without_passwords_no_login_is_made(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["logins"])
    assert result.exit_code == 1
    assert "DB_WEB_PASSWORD" in result.output
