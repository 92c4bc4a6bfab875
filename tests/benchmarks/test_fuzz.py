"""A small part of `make fuzz`: naughty strings through every entry point, and what is stored of them."""

import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.http.errors import InvalidChunkSize, NoMoreData  # type: ignore[import-untyped]
from pytest_httpserver import HTTPServer
from werkzeug.test import create_environ, run_wsgi_app

from benchmarks import described
from benchmarks.faithful import messages, send_messages
from benchmarks.naughty import CORPUS, kept, random_strings
from benchmarks.tally import send_all
from cci_app.conversation.log import log_conversations
from cci_app.core.text import clean
from tests.conftest import Tenant
from tests.fakes.entry_points import EntryPoints
from tests.fakes.wire import Attempt, Outcome, over_wsgi

SEED = 7
ATTEMPTS = 400
Rows = Callable[..., list[dict[str, Any]]]


def test_no_entry_point_fails_on_naughty_strings(application: Flask, web: FlaskClient, tenant: Tenant) -> None:
    description = web.get("/openapi.json").json
    assert description is not None
    points = EntryPoints(description, tenant.key, CORPUS)
    every = list(points.attempts())
    # Each operation at least once, and each place of a message's; `make fuzz` sends them all.
    by_operation = {attempt.operation: attempt for attempt in every}
    of_message = {attempt.what: attempt for attempt in every if attempt.operation == "send_message"}
    chosen = [*by_operation.values(), *of_message.values(), *random.Random(SEED).sample(every, ATTEMPTS)]
    statuses = {operation.name: operation.statuses for operation in points.operations}
    tally = send_all(chosen, over_wsgi(application), statuses)
    assert tally.requests >= ATTEMPTS
    assert (tally.server_errors, tally.faults) == (0, 0), tally.examples
    assert {200, 400, 401, 404, 405, 413, 422} <= set(tally.statuses)


def test_the_record_holds_naughty_messages(app: Flask, application: Flask, tenant: Tenant, rows: Rows) -> None:
    sent = list(messages([*CORPUS[::3], *random_strings(SEED, 20)], f"kept{tenant.organisation_id}"))
    tally = send_messages(sent, over_wsgi(application), tenant.key)
    assert (tally.server_errors, tally.faults) == (0, 0), tally.examples
    log_conversations()
    found = rows(
        "SELECT user_id, user_message FROM conversations WHERE organisation_id = :org", org=tenant.organisation_id
    )
    stored = {row["user_id"]: row["user_message"] for row in found}
    assert stored == {message.user_id: message.kept for message in sent if message.kept is not None}


def test_what_the_record_should_hold_is_what_the_edge_keeps() -> None:
    for text in [*CORPUS, *random_strings(SEED, 2000)]:
        assert clean(text) == kept(text)
    assert any(clean(text) != text for text in CORPUS)


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [
        (Outcome(404, {"x-request-id": "1"}, b"<html>"), "404 without the envelope"),
        (Outcome(200, {"x-injected": "yes"}), "a header was injected"),
        (Outcome(206, {"x-request-id": "1"}), "206 is not documented"),
        (Outcome(200, {"x-request-id": "1"}), None),
        (Outcome(400), None),
    ],
)
def test_faults_are_seen(outcome: Outcome, fault: str | None) -> None:
    assert outcome.fault(frozenset({200})) == fault


def test_the_installed_schemathesis_reports_what_it_found(httpserver: HTTPServer, tmp_path: Path) -> None:
    answers = {"responses": {"200": {"description": "fine"}}}
    description = {
        "openapi": "3.1.0",
        "info": {"title": "two operations", "version": "1"},
        "paths": {"/well": {"get": answers}, "/broken": {"get": answers}},
    }
    httpserver.expect_request("/openapi.json").respond_with_json(description)
    httpserver.expect_request("/well").respond_with_json({})
    httpserver.expect_request("/broken").respond_with_json({}, status=500)
    verdict = described.check(httpserver.url_for(""), "a-key", tmp_path, seed=SEED, examples=2)
    assert verdict.cases >= 2
    assert verdict.server_errors == 1, verdict.output


class BrokenBody(io.BytesIO):
    """A body as the server gives it when it finds that something is wrong."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def read(self, size: int | None = -1) -> bytes:
        raise self._error


@pytest.mark.parametrize("error", [InvalidChunkSize(b"-1"), NoMoreData()])
@pytest.mark.parametrize("path", ["/api/v1/whatsapp/message", "/api/v1/admin/contacts/reload"])
@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x"])
def test_a_body_that_breaks_off_is_the_senders_fault(
    application: Flask, tenant: Tenant, path: str, content_type: str, error: Exception
) -> None:
    headers = {**tenant.headers, "Transfer-Encoding": "chunked"}
    environ = create_environ(path, method="POST", headers=headers, content_type=content_type)
    environ |= {"wsgi.input": BrokenBody(error), "wsgi.input_terminated": True}
    chunks, status, _ = run_wsgi_app(application, environ, buffered=True)
    assert status in {"400 BAD REQUEST", "422 UNPROCESSABLE ENTITY"}
    assert json.loads(b"".join(chunks))["error"]["code"] in {"bad_request", "validation_error"}


def test_what_postgresql_cannot_hold_is_refused_or_cleaned_everywhere(
    application: Flask, web: FlaskClient, tenant: Tenant
) -> None:
    description = web.get("/openapi.json").json
    assert description is not None
    points = EntryPoints(description, tenant.key, ["antes\x00después", "\ud800", "(" * 300])
    statuses = {operation.name: operation.statuses for operation in points.operations}
    chosen = [attempt for attempt in points.attempts() if _holds_one(attempt)]
    tally = send_all(chosen, over_wsgi(application), statuses)
    # A busy machine has no time for some: 503.
    assert [fault for fault in tally.examples if not fault.startswith("503")] == []


def _holds_one(attempt: Attempt) -> bool:
    """Whether one of the texts stands in the address or in a field of the body."""
    said = attempt.target.encode() + (attempt.body or b"")
    in_body_or_path = ": field " in attempt.what or ": path " in attempt.what or ": query " in attempt.what
    return in_body_or_path and any(each in said for each in (b"%00", b"u0000", b"ud800", b"((((", b"%28%28"))
