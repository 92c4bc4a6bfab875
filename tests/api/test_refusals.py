"""Refusals that need an application of their own: too much, too often, and no database."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from cci_app import before_exit, create_app
from config.settings import Environment
from tests.conftest import Tenant

MESSAGE = "/api/v1/whatsapp/message"
Build = Callable[..., FlaskClient]


@pytest.fixture
def build(settings: Any) -> Iterator[Build]:
    """Makes a client of another application, with other settings."""
    with ExitStack() as stack:

        def make(**changes: Any) -> FlaskClient:
            app: Flask = create_app(settings.model_copy(update=changes))
            stack.callback(before_exit, app)
            return app.test_client()

        yield make


def say(web: FlaskClient, tenant: Tenant, user_id: str) -> Any:
    return web.post(MESSAGE, json={"user_id": user_id, "message": "hola"}, headers=tenant.headers)


def test_a_key_may_not_ask_without_end(build: Build, tenant: Tenant) -> None:
    web = build(rate_limit_per_key="3/minute")
    answers = [web.get("/api/v1/users/+573000000001/status", headers=tenant.headers) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    refused = answers[-1]
    assert refused.json is not None
    assert refused.json["error"]["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_messages_count_for_the_key_too_and_so_does_what_is_none(build: Build, tenant: Tenant) -> None:
    web = build(rate_limit_per_key="3/minute")
    assert [say(web, tenant, f"+57300000000{number}").status_code for number in range(2)] == [200, 200]
    wrong = [web.post(MESSAGE, json={"message": 5}, headers=tenant.headers) for _ in range(2)]
    assert [answer.status_code for answer in wrong] == [422, 429]
    assert wrong[-1].json is not None
    assert wrong[-1].json["error"]["code"] == "too_many_requests"
    assert "X-Request-ID" in wrong[-1].headers
    assert say(web, tenant, "+573000000004").status_code == 429


def test_key_and_person_are_counted_in_one_round_trip(
    build: Build, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = build()
    say(web, tenant, "+573000000001")
    asked: list[str] = []
    execute: Any = redis.Redis.execute_command

    def watch(client: redis.Redis, *command: Any, **options: Any) -> Any:
        asked.append(str(command[0]))
        return execute(client, *command, **options)

    monkeypatch.setattr(redis.Redis, "execute_command", watch)
    assert say(web, tenant, "+573000000001").status_code == 200
    # The copy of the state may follow.
    assert asked.count("EVALSHA") == 1
    assert set(asked) <= {"EVALSHA", "EVAL"}


def test_one_person_may_not_keep_the_others_out(build: Build, tenant: Tenant) -> None:
    web = build(rate_limit_per_person="2/minute")
    assert [say(web, tenant, "+573000000001").status_code for _ in range(2)] == [200, 200]
    # However the number is written, it is the same person.
    refused = say(web, tenant, "300 000 0001")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert say(web, tenant, "+573000000002").status_code == 200
    # Where the person stands may still be looked up.
    assert web.get("/api/v1/users/+573000000001/status", headers=tenant.headers).status_code == 200


def test_without_a_database_the_sender_is_told_when_to_try_again(build: Build, tenant: Tenant) -> None:
    with socket.socket() as nobody:
        # Bound and never listening: whoever connects is refused.
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        address = SecretStr(f"postgresql://nobody:canary-9@127.0.0.1:{port}/none")
        web = build(database_url=address, system_database_url=None)
        response = say(web, tenant, "+573000000001")
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) >= 1
    assert response.json is not None
    assert response.json["error"]["code"] == "unavailable"
    assert "canary" not in response.text


def test_answers_are_kept_nowhere_and_production_asks_for_tls(build: Build, tenant: Tenant) -> None:
    for environment, tls in ((Environment.TEST, None), (Environment.PRODUCTION, "max-age=31536000")):
        web = build(environment=environment)
        for answer in (say(web, tenant, "+573000000001"), web.get("/nowhere")):
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers.get("Strict-Transport-Security") == tls


def test_what_is_wrong_is_told_in_a_bounded_answer(web: FlaskClient, tenant: Tenant) -> None:
    fields = {f"unknown_{number}_{'x' * 1000}": 1 for number in range(900)}
    refused = web.post("/api/v1/knowledge/search", json=fields, headers=tenant.headers)
    assert refused.status_code == 422
    assert len(refused.data) < 20_000
    assert refused.json is not None
    assert "…" in refused.json["error"]["details"]


def test_a_body_of_very_many_fields_is_refused_before_they_are_looked_at(web: FlaskClient, tenant: Tenant) -> None:
    refused = web.post("/api/v1/knowledge/search", json=dict.fromkeys(map(str, range(5_000))), headers=tenant.headers)
    assert refused.status_code == 400
    assert refused.json is not None
    assert refused.json["error"]["message"] == "the body has more than 1000 fields"


def test_a_text_that_is_too_long_is_refused_before_it_is_cleaned(
    web: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned: list[int] = []

    def clean(text: str) -> str:
        cleaned.append(len(text))
        return text

    monkeypatch.setattr("cci_app.core.http.fields.clean", clean)
    path = "/api/v1/whatsapp/message"
    for length in (4096 * 4 + 1, 4096 * 4, 10):
        body = {"user_id": "+573000000001", "message": "a" * length}
        assert web.post(path, json=body, headers=tenant.headers).status_code == (200 if length == 10 else 422)
    assert max(cleaned) == 4096 * 4


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/admin/audit?until=0131-09-25T00:10:44-20:51", None),
        ("POST", "/api/people", {"name": "Ana Pérez", "member_id": 2**63 - 2}),
    ],
)
def test_a_value_that_the_database_refuses_is_an_error_of_the_request(
    web: FlaskClient, tenant: Tenant, method: str, path: str, body: dict[str, Any] | None
) -> None:
    refused = web.open(path, method=method, json=body, headers=tenant.headers)
    assert refused.status_code == 422
    assert refused.json is not None
    assert refused.json["error"]["code"] == "validation_error"
