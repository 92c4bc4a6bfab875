"""Logs: nothing of people or keys, not even in a traceback."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from pydantic import BaseModel

from cci_app.assistants.assistant import Assistant
from cci_app.core.database import tenant_transaction
from cci_app.core.deadline import Deadline
from cci_app.llm.chains import ChatModels
from cci_app.llm.chat import NoAnswer, Request
from config.logs import configure_logging
from config.settings import Environment, Settings
from tests.conftest import Tenant
from tests.fakes.models import BROKEN, GARBAGE, FakeModels, Reply, filled

PHONE = "+573000004321"
CANARY = "canari-51d0"


@pytest.fixture(params=[Environment.PRODUCTION, Environment.DEVELOPMENT])
def written(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    output = io.StringIO()
    monkeypatch.setattr(sys, "stderr", output)
    configure_logging(settings.model_copy(update={"environment": request.param, "log_level": "DEBUG"}))
    yield output
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_what_people_wrote_stays_out_of_the_log(
    app: Flask, web: FlaskClient, tenant: Tenant, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> str:
        secret = CANARY
        raise ValueError("a fault while reading" if secret else "")

    payload = {"user_id": PHONE, "message": f"Bonjour {CANARY}"}
    path = "/api/v1/whatsapp/message"
    assert web.post(path, json=payload, headers=tenant.headers).status_code == 200
    monkeypatch.setattr(Assistant, "route", broken)
    failed = web.post(path, json={**payload, "message": f"encore {CANARY}"}, headers=tenant.headers)
    assert failed.status_code == 200
    web.get(f"/api/v1/users/{PHONE}/status", headers=tenant.headers)
    log = written.getvalue()
    # An exception's words are for whoever develops; they may repeat what people wrote.
    in_words = not log.startswith("{")
    assert "turn_failed" in log
    assert ("a fault while reading" in log) is in_words
    assert "test_logs.py" in log
    assert "/api/v1/users/<string:user_id>/status" in log
    for private in (CANARY, PHONE, PHONE[1:], tenant.key):
        assert private not in log


def test_production_tells_of_an_exception_its_type_and_place_alone(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging(settings.model_copy(update={"environment": Environment.PRODUCTION}))

    def fail() -> None:
        try:
            raise KeyError(f"{PHONE} {CANARY}")
        except KeyError as cause:
            raise ValueError(f"{CANARY} of {PHONE}") from cause

    try:
        for tell in (
            lambda: structlog.get_logger("ours").exception("own_agent_failed"),
            lambda: structlog.get_logger("ours").error("own_agent_failed", exc_info=sys.exc_info()[1]),
            lambda: logging.getLogger("celery").exception("Task raised unexpected: %r", sys.exc_info()[1]),
            lambda: logging.getLogger("other").exception(sys.exc_info()[1]),
            lambda: logging.getLogger("other").error(f"it said {sys.exc_info()[1]}", exc_info=True),
        ):
            try:
                fail()
            except ValueError:
                tell()
        # What is no exception's stays as it is written.
        logging.getLogger("other").warning("plain %s", CANARY)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
    *failures, plain = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert plain["event"] == f"plain {CANARY}"
    assert len(failures) == 5
    for line in failures:
        assert [each["type"] for each in line["exception"]] == ["builtins.ValueError", "builtins.KeyError"]
        assert "test_logs.py" in line["exception"][0]["frames"][-1]
        assert line["exception"][0]["frames"][-1].endswith(" fail")
        assert CANARY not in json.dumps(line)
        assert PHONE not in json.dumps(line)


@pytest.mark.parametrize("model", ["openai:gpt-4o", "anthropic:a-model", "google_genai:a-model"])
def test_what_a_model_is_asked_stays_out_of_the_log(written: io.StringIO, model: str) -> None:
    class Form(BaseModel):
        colour: str

    with FakeModels([filled(colour=CANARY), BROKEN, GARBAGE, Reply(status=401)]) as fake:
        chat = ChatModels(Settings(environment=Environment.TEST, **fake.settings)).chain([model])
        assert chat is not None
        request = Request("test", "Name a colour.", f"as for {CANARY}", Form)
        assert chat.ask(request, lambda form: form.colour, Deadline.after(5)) == CANARY
        for _ in range(3):
            with pytest.raises(NoAnswer):
                chat.ask(request, lambda form: form.colour, Deadline.after(5))
    log = written.getvalue()
    assert "model_refused" in log
    for private in (CANARY, *(fake.settings[key] for key in fake.settings if "url" not in key)):
        assert private not in log


def test_an_error_of_the_database_does_not_show_its_values(app: Flask, tenant: Tenant) -> None:
    import sqlalchemy as sa

    with (
        pytest.raises(sa.exc.DBAPIError) as raised,
        tenant_transaction(tenant.organisation_id) as session,
    ):
        session.execute(sa.text("SELECT 1 / (length(:text) - length(:text))"), {"text": CANARY})
    assert CANARY not in str(raised.value)


def test_production_writes_one_json_object_a_line(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging(settings.model_copy(update={"environment": Environment.PRODUCTION}))
    try:
        structlog.get_logger("test").info("event", figure=1)
        logging.getLogger("other").warning("plain %s", "line")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["event", "plain line"]
    assert lines[0]["figure"] == 1
