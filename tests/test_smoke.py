"""The whole of it, once: alive, described, and answering the first message of a stranger."""

from flask.testing import FlaskClient

from tests.conftest import Tenant


def test_it_lives_is_described_and_answers(web: FlaskClient, tenant: Tenant) -> None:
    assert web.get("/health").json == {"status": "ok", "version": "1.0.0"}
    assert "/api/v1/whatsapp/message" in web.get("/openapi.json").get_json()["paths"]
    greeting = {"user_id": "+573000000001", "message": "Hola, soy una nueva empresa"}
    answer = web.post("/api/v1/whatsapp/message", json=greeting, headers=tenant.headers)
    assert answer.status_code == 200
    told = answer.get_json()
    assert told["user_status"] == {"current_question": 1, "language": "es", "has_context": False, "completed": False}
    assert told["response"].endswith("?")
