"""Who is writing, as flows and gateways tell it: what they send for nobody, for nothing, and for one number."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from cci_app.contacts import reload
from cci_app.conversation.log import log_conversations
from tests.conftest import SAMPLES, Tenant

PATH = "/api/v1/whatsapp/message"
INPUTS = Path(__file__).parent / "inputs"
CAMILLE = "+573001234567"
Rows = Callable[..., list[dict[str, Any]]]


def bodies(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (INPUTS / name).read_text().splitlines()]


def send(web: FlaskClient, tenant: Tenant, body: dict[str, Any], **more: Any) -> Any:
    return web.post(PATH, json=body, headers={**tenant.headers, **more})


@pytest.mark.parametrize("body", [*bodies("01-nobody.jsonl"), *bodies("01-two-people.jsonl")], ids=json.dumps)
def test_01_a_word_for_nothing_is_no_person(web: FlaskClient, tenant: Tenant, rows: Rows, body: dict[str, Any]) -> None:
    refused = send(web, tenant, body)
    assert refused.status_code == 422
    assert "user_id" in refused.json["error"]["details"]
    assert "never filled in" in json.dumps(refused.json)
    assert not rows("SELECT 1 FROM webhook_events WHERE organisation_id = :org", org=tenant.organisation_id)
    assert not rows("SELECT 1 FROM turn_state WHERE organisation_id = :org", org=tenant.organisation_id)


@pytest.mark.parametrize("address", ["users/undefined/status", "whatsapp/info/null", "whatsapp/info/%7B%7Bphone%7D%7D"])
def test_01_nor_in_an_address(web: FlaskClient, tenant: Tenant, address: str) -> None:
    refused = web.get(f"/api/v1/{address}", headers=tenant.headers)
    assert refused.status_code == 422
    assert "user_id" in refused.get_json()["error"]["details"]


@pytest.mark.parametrize("body", bodies("02-optional-fields.jsonl"), ids=json.dumps)
def test_02_an_optional_field_may_be_there_and_empty(web: FlaskClient, tenant: Tenant, body: dict[str, Any]) -> None:
    assert send(web, tenant, body).status_code == 200


@pytest.mark.parametrize("nothing", [None, "", "  ", "null", "undefined", "{{cuf_123}}", False, [], {}, [None], [""]])
@pytest.mark.parametrize("field", ["message_id", "assistant", "subscriber_id", "media"])
def test_02_whatever_the_flow_writes_for_nothing(web: FlaskClient, tenant: Tenant, field: str, nothing: Any) -> None:
    body = {"user_id": CAMILLE, "message": "Bonjour", field: nothing}
    assert send(web, tenant, body).status_code == 200


@pytest.mark.parametrize(
    "media", [[], {}, {"type": None, "url": ""}, {"type": "", "url": "{{attachment}}", "name": None}, {"name": "null"}]
)
def test_02_an_object_of_empty_fields_is_none(web: FlaskClient, tenant: Tenant, media: Any) -> None:
    assert send(web, tenant, {"user_id": CAMILLE, "message": "Bonjour", "media": media}).status_code == 200
    refused = send(web, tenant, {"user_id": CAMILLE, "message": "", "media": media})
    assert refused.status_code == 422
    assert "message" in refused.json["error"]["details"]


@pytest.mark.parametrize(
    ("media", "kept"),
    [
        ({"type": "image", "url": None, "name": ""}, ("image", "")),
        ({"type": None, "url": "https://example.org/a.jpg"}, ("image", "https://example.org/a.jpg")),
        ({"url": "https://example.org/a.ogg"}, ("audio", "https://example.org/a.ogg")),
        ({"url": "https://example.org/a"}, ("document", "https://example.org/a")),
    ],
)
def test_02_an_attachment_without_its_optional_parts(
    web: FlaskClient, tenant: Tenant, rows: Rows, media: Any, kept: tuple[str, str]
) -> None:
    assert send(web, tenant, {"user_id": CAMILLE, "message": None, "media": media}).status_code == 200
    (found,) = rows("SELECT parts FROM webhook_events WHERE organisation_id = :org", org=tenant.organisation_id)
    (part,) = (part for part in found["parts"] if part["kind"] != "text")
    assert (part["kind"], part.get("url") or "") == kept


def test_02_an_empty_header_and_query_too(web: FlaskClient, tenant: Tenant) -> None:
    body = {"user_id": CAMILLE, "message": "Bonjour"}
    assert send(web, tenant, body, **{"Idempotency-Key": ""}).status_code == 200
    for query in ("format=", "format=null", "format=%7B%7Bformat%7D%7D"):
        assert web.post(f"{PATH}?{query}", json=body, headers=tenant.headers).status_code == 200


def test_numbers_come_as_numbers(app: Any, web: FlaskClient, tenant: Tenant, rows: Rows) -> None:
    for message, user_id in ((7, 573001234567), (7.0, 573001234567.0), (7.5, "3001234567")):
        body = {"user_id": user_id, "message": message, "message_id": message, "subscriber_id": 12.0}
        assert send(web, tenant, body).status_code == 200
    log_conversations()
    kept = rows(
        "SELECT user_id, user_message FROM conversations WHERE organisation_id = :org ORDER BY id",
        org=tenant.organisation_id,
    )
    # 7 and 7.0 under the ids 7 and 7.0 are one message.
    assert kept == [{"user_id": CAMILLE, "user_message": text} for text in ("7", "7.5")]


@pytest.mark.parametrize("words", ["null", "undefined", "nada", "{{first_name}}", "true"])
def test_what_a_person_says_is_kept_whatever_it_is(
    app: Any, web: FlaskClient, tenant: Tenant, rows: Rows, words: str
) -> None:
    assert send(web, tenant, {"user_id": CAMILLE, "message": words}).status_code == 200
    log_conversations()
    kept = rows("SELECT user_message FROM conversations WHERE organisation_id = :org", org=tenant.organisation_id)
    assert kept == [{"user_message": words}]


def test_03_another_text_under_a_used_id_is_refused_aloud(
    app: Any, web: FlaskClient, tenant: Tenant, rows: Rows
) -> None:
    first, second = bodies("03-one-id-two-texts.jsonl")
    answered = send(web, tenant, first)
    for other in (second, {**first, "media": {"type": "image"}}):
        refused = send(web, tenant, other)
        assert refused.status_code == 409
        assert "an id of its own" in refused.json["error"]["message"]
    # The very same message is a repeat, however often; and what was refused is answered under an id of its own.
    assert send(web, tenant, first).data == answered.data
    assert send(web, tenant, {**second, "message_id": "msg_124"}).json["response"] != answered.json["response"]
    log_conversations()
    kept = rows(
        "SELECT user_message FROM conversations WHERE organisation_id = :org ORDER BY id", org=tenant.organisation_id
    )
    assert [row["user_message"] for row in kept] == [first["message"], second["message"]]


def test_03_our_own_examples_do_not_fall_into_it(app: Any, web: FlaskClient, tenant: Tenant) -> None:
    body = {"user_id": CAMILLE, "subscriber_id": "123"}  # as the README's flow sends it
    replies = [send(web, tenant, {**body, "message": text}) for text in ("Bonjour", "Où se trouve la Chambre ?")]
    assert [reply.status_code for reply in replies] == [200, 200]
    assert replies[0].data != replies[1].data
    described = web.get("/openapi.json").get_json()["paths"][PATH]["post"]
    (header,) = [each for each in described["parameters"] if each["name"] == "Idempotency-Key"]
    assert "a new one for each message" in header["description"]


def test_04_a_number_in_a_gateways_clothes_is_that_number(
    app: Any, web: FlaskClient, tenant: Tenant, rows: Rows
) -> None:
    reload.apply(tenant.organisation_id, (SAMPLES / "contacts.xlsx").read_bytes(), "CO")
    sent = bodies("04-gateways.jsonl")
    for number, body in enumerate(sent):
        answered = send(web, tenant, {**body, "message_id": str(number)})
        assert answered.status_code == 200, body
        assert answered.json["user_status"]["has_context"] is True
        for place in ("whatsapp/info/{}", "users/{}/status"):
            told = web.get(f"/api/v1/{place.format(quote(body['user_id']))}", headers=tenant.headers).get_json()
            assert told.get("phone", told.get("user_id")) == CAMILLE
    log_conversations()
    people = rows(
        "SELECT user_id, count(*) AS messages FROM conversations WHERE organisation_id = :org GROUP BY user_id",
        org=tenant.organisation_id,
    )
    assert people == [{"user_id": CAMILLE, "messages": len(sent)}]
