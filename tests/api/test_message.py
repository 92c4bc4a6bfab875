"""The message endpoint, from the outside."""

import io
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.conversation.log import log_conversations
from tests.conftest import Tenant

PATH = "/api/v1/whatsapp/message"
Rows = Callable[..., list[dict[str, Any]]]


def say(web: FlaskClient, tenant: Tenant, message: str, user_id: str = "+573000000001", **more: Any) -> dict[str, Any]:
    response = web.post(PATH, json={"user_id": user_id, "message": message, **more}, headers=tenant.headers)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json  # type: ignore[assignment]
    return body


def test_a_first_message_is_greeted_in_its_language(web: FlaskClient, tenant: Tenant) -> None:
    body = say(web, tenant, "Bonjour")
    assert set(body) == {"response", "user_status", "response_time_ms"}
    assert body["user_status"] == {
        "current_question": 1,
        "language": "fr",
        "has_context": False,
        "completed": False,
    }
    assert say(web, tenant, "Hola, soy una nueva empresa", "+573000000002")["user_status"]["language"] == "es"


def test_the_first_question_is_answered(web: FlaskClient, tenant: Tenant) -> None:
    say(web, tenant, "Bonjour")
    body = say(web, tenant, "Oui, j'ai accédé à l'espace membre")
    assert body["user_status"]["current_question"] == 2


@pytest.mark.parametrize(
    "written", ["+573000000009", "573000000009", " 573000000009", "3000000009", "+57 300 000 0009"]
)
def test_a_number_is_the_same_person_however_it_is_written(web: FlaskClient, tenant: Tenant, written: str) -> None:
    say(web, tenant, "Bonjour", written)
    for address in ("+573000000009", "%2B573000000009", "%20573000000009"):
        status = web.get(f"/api/v1/users/{address}/status", headers=tenant.headers)
        assert status.json is not None
        assert status.json["exists"] is True
        assert status.json["user_id"] == "+573000000009"


def test_an_unknown_person_has_a_status(web: FlaskClient, tenant: Tenant) -> None:
    response = web.get("/api/v1/users/+573000000077/status", headers=tenant.headers)
    assert response.status_code == 200
    assert response.json is not None
    assert response.json["exists"] is False


def test_status_survives_the_loss_of_redis_data(application: Flask, web: FlaskClient, tenant: Tenant) -> None:
    say(web, tenant, "Bonjour")
    application.extensions["cci_redis"].flushdb()
    status = web.get("/api/v1/users/+573000000001/status", headers=tenant.headers).json
    assert status is not None
    assert status["current_question"] == 1
    assert status["language"] == "fr"


def test_a_reset_begins_anew_and_is_recorded(app: Flask, web: FlaskClient, tenant: Tenant, rows: Rows) -> None:
    say(web, tenant, "Bonjour")
    say(web, tenant, "Oui, j'ai accédé à l'espace membre")
    reset = web.post("/api/v1/users/+573000000001/reset", headers=tenant.headers).json
    assert reset is not None
    assert reset["reset"] is True
    assert reset["current_question"] == 1
    assert say(web, tenant, "Bonjour")["user_status"]["current_question"] == 1
    log_conversations()
    runs = rows(
        "SELECT ended_reason, questions_answered, messages FROM conversation_runs WHERE organisation_id = :org"
        " ORDER BY started_at",
        org=tenant.organisation_id,
    )
    assert runs == [
        {"ended_reason": "reset", "questions_answered": 1, "messages": 2},
        {"ended_reason": None, "questions_answered": 0, "messages": 1},
    ]
    kinds = rows("SELECT kind FROM conversations WHERE organisation_id = :org ORDER BY id", org=tenant.organisation_id)
    assert [row["kind"] for row in kinds] == ["message", "message", "reset", "message"]


def test_after_a_reset_the_first_word_says_the_language(web: FlaskClient, tenant: Tenant) -> None:
    assert say(web, tenant, "Hola, soy una nueva empresa")["user_status"]["language"] == "es"
    web.post("/api/v1/users/+573000000001/reset", headers=tenant.headers)
    assert say(web, tenant, "Bonjour")["user_status"]["language"] == "fr"
    web.post("/api/v1/users/+573000000001/reset", headers=tenant.headers)
    assert say(web, tenant, "👍")["user_status"]["language"] == "fr"


def test_the_record_holds_every_word(app: Flask, web: FlaskClient, tenant: Tenant, rows: Rows) -> None:
    messages = ["Bonjour", "Oui, j'ai accédé à l'espace membre 🎉", "\u202bשלום\u202c <b>'; DROP TABLE--"]
    replies = [say(web, tenant, message) for message in messages]
    log_conversations()
    log_conversations()
    kept = rows("SELECT * FROM conversations WHERE organisation_id = :org ORDER BY id", org=tenant.organisation_id)
    assert [row["user_message"] for row in kept] == messages
    assert [row["agent_response"] for row in kept] == [reply["response"] for reply in replies]
    assert [row["current_question"] for row in kept] == [1, 2, 2]
    answers = rows("SELECT * FROM answers WHERE organisation_id = :org", org=tenant.organisation_id)
    assert [(row["question"], row["status"]) for row in answers] == [(1, "answered")]
    session = rows("SELECT * FROM user_sessions WHERE organisation_id = :org", org=tenant.organisation_id)
    assert session[0]["total_questions_answered"] == 1
    assert session[0]["detected_language"] == "fr"
    assert not rows(
        "SELECT 1 FROM webhook_events WHERE organisation_id = :org AND (logged_at IS NULL OR log_error IS NOT NULL)",
        org=tenant.organisation_id,
    )


def test_the_company_that_a_stranger_names_is_on_record(
    app: Flask, web: FlaskClient, tenant: Tenant, rows: Rows
) -> None:
    say(web, tenant, "Bonjour")
    say(web, tenant, "Notre entreprise s'appelle Aquaviva")
    log_conversations()
    kept = rows("SELECT client_company FROM conversation_runs WHERE organisation_id = :org", org=tenant.organisation_id)
    assert kept == [{"client_company": "Aquaviva"}]


def test_one_key_twenty_times_at_once_is_one_row_and_equal_answers(
    app: Flask, application: Flask, tenant: Tenant, rows: Rows
) -> None:
    bodies: list[bytes] = []

    def send() -> None:
        response = application.test_client().post(
            PATH,
            json={"user_id": "+573000000001", "message": "Hola"},
            headers={**tenant.headers, "Idempotency-Key": "the-same"},
        )
        bodies.append(response.data)

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bodies) == 20
    assert len(set(bodies)) == 1
    assert "response" in json.loads(bodies[0])
    log_conversations()
    count = "SELECT count(*) AS n FROM {} WHERE organisation_id = :org"
    for table in ("webhook_events", "conversations"):
        assert rows(count.format(table), org=tenant.organisation_id) == [{"n": 1}]


def test_the_same_message_id_of_another_person_is_another_message(web: FlaskClient, tenant: Tenant) -> None:
    assert say(web, tenant, "Bonjour", "+573000000001", message_id="1")["user_status"]["language"] == "fr"
    assert say(web, tenant, "Hola, buenos días", "+573000000002", message_id="1")["user_status"]["language"] == "es"


def test_two_messages_at_once_are_both_answered(application: Flask, tenant: Tenant, web: FlaskClient) -> None:
    say(web, tenant, "Bonjour")
    statuses: list[int] = []

    def send(number: int) -> None:
        response = application.test_client().post(
            PATH,
            json={"user_id": "+573000000001", "message": f"réponse {number}", "message_id": f"m{number}"},
            headers=tenant.headers,
        )
        statuses.append(response.status_code)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200, 200]


def test_manychat_gets_a_dynamic_block(web: FlaskClient, tenant: Tenant) -> None:
    payload = {"user_id": "+573000000001", "message": "Bonjour", "subscriber_id": 123, "first_name": "ignored"}
    by_query = web.post(f"{PATH}?format=manychat", json=payload, headers=tenant.headers)
    by_accept = web.post(
        PATH,
        json={**payload, "user_id": "+573000000002"},
        headers={**tenant.headers, "Accept": "application/vnd.manychat.v2+json"},
    )
    for response in (by_query, by_accept):
        assert response.json is not None
        assert response.json["version"] == "v2"
        assert response.json["content"]["type"] == "whatsapp"
        assert response.json["content"]["messages"][0]["type"] == "text"


def test_the_reply_tells_its_stages(web: FlaskClient, tenant: Tenant) -> None:
    response = web.post(PATH, json={"user_id": "+573000000001", "message": "Hola"}, headers=tenant.headers)
    timing = response.headers["Server-Timing"]
    for stage in ("receive", "language", "agent", "complete", "total"):
        assert f"{stage};dur=" in timing


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"message": "hola"}, "user_id"),
        ({"user_id": "+573000000001"}, "message"),
        ({"user_id": "+573000000001", "message": ""}, "message"),
        ({"user_id": "+573000000001", "message": " \n "}, "message"),
        ({"user_id": "+573000000001", "message": "x" * 4097}, "message"),
        ({"user_id": "+573000000001", "message": True}, "message"),
        ({"user_id": "+573000000001", "message": ["hola"]}, "message"),
        ({"user_id": "+573000000001", "message": None}, "message"),
        ({"user_id": True, "message": "hola"}, "user_id"),
        ({"user_id": 573000000001.5, "message": "hola"}, "user_id"),
        ({"user_id": None, "message": "hola"}, "user_id"),
        ({"user_id": "", "message": "hola"}, "user_id"),
        ({"user_id": "not a user", "message": "hola"}, "user_id"),
        ({"user_id": "+573000000001", "message": "hola", "assistant": "nobody"}, "assistant"),
        ({"user_id": "+573000000001", "message": "hola", "subscriber_id": [7]}, "subscriber_id"),
        ({"user_id": "+573000000001", "message": "hola", "media": {"type": "hologram"}}, "media"),
        ({"user_id": "+573000000001", "message": "hola", "media": "https://example.org/a.jpg"}, "media"),
    ],
)
def test_a_bad_field_is_named(web: FlaskClient, tenant: Tenant, payload: dict[str, Any], field: str) -> None:
    response = web.post(PATH, json=payload, headers=tenant.headers)
    assert response.status_code == 422
    assert response.json is not None
    error = response.json["error"]
    assert error["code"] == "validation_error"
    assert field in error["details"]
    assert error["request_id"] == response.headers["X-Request-ID"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"user_id": "+573000000001", "message": NaN}',
        b'{"user_id": "+573000000001", "message": Infinity}',
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"[" * 100_000,
        b'\xff{"user_id"',
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_not_json_is_refused(web: FlaskClient, tenant: Tenant, body: bytes) -> None:
    headers = {**tenant.headers, "Content-Type": "application/json"}
    response = web.post(PATH, data=body, headers=headers)
    assert response.status_code == 400
    assert response.json is not None
    assert response.json["error"]["code"] == "bad_request"


def test_a_large_body_is_refused(web: FlaskClient, tenant: Tenant) -> None:
    payload = {"user_id": "+573000000001", "message": "x" * 1_100_000}
    refused = web.post(PATH, json=payload, headers=tenant.headers)
    assert refused.status_code == 413
    assert "1,048,576 bytes" in refused.text


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 413)])
def test_a_body_whose_length_is_told_nowhere_is_measured(
    web: FlaskClient, tenant: Tenant, more: int, status: int
) -> None:
    body = json.dumps({"user_id": "+573000000001", "message": "hola"}).encode()
    sent = body.ljust(web.application.config["SETTINGS"].max_body_bytes + more)
    response = web.post(
        PATH,
        input_stream=io.BytesIO(sent),
        headers={**tenant.headers, "Transfer-Encoding": "chunked", "Content-Type": "application/json"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert response.status_code == status


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "cci_wrong"}, {"Authorization": "Bearer no"}])
def test_without_a_key_nothing_is_answered(web: FlaskClient, headers: dict[str, str]) -> None:
    response = web.post(PATH, json={"user_id": "+573000000001", "message": "hola"}, headers=headers)
    assert response.status_code == 401


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b", "ab"),
        ("a\ud800b", "a\ufffdb"),
        ("e\u0301", "\u00e9"),
        ("line\r\nline", "line\nline"),
        ("x" * 4000, "x" * 4000),
        ("🇫🇷👩‍👩‍👧‍👦", "🇫🇷👩‍👩‍👧‍👦"),
    ],
)
def test_odd_text_is_served_and_stored(
    app: Flask, web: FlaskClient, tenant: Tenant, rows: Rows, sent: str, kept: str
) -> None:
    body = json.dumps({"user_id": "+573000000001", "message": sent})
    headers = {**tenant.headers, "Content-Type": "application/json"}
    assert web.post(PATH, data=body, headers=headers).status_code == 200
    log_conversations()
    stored = rows("SELECT user_message FROM conversations WHERE organisation_id = :org", org=tenant.organisation_id)
    assert [row["user_message"] for row in stored] == [kept]
