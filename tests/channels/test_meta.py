"""Meta's Cloud API: its question, its signature over raw bytes, every documented message, and how parts leave."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.channels.accounts import account_of, channel_accounts, service_of
from cci_app.channels.message import (
    Address,
    Audio,
    Button,
    Buttons,
    Choice,
    Choices,
    DeliveryReport,
    Document,
    Image,
    Inbound,
    Link,
    Location,
    Template,
    Text,
)
from cci_app.channels.meta.channel import MetaAccess, MetaCloud
from cci_app.channels.ports import Delivery, Fault, Incoming, Refused, Retry, Sent, Uncertain
from cci_app.core.errors import CciError
from tests.channels.conftest import Configure, add_account, kept
from tests.conftest import Tenant
from tests.fakes.forgeries import Signed, mutations
from tests.fakes.meta import DOCUMENTED, NUMBER, SECRET, TOKEN, VERIFY, FakeMeta, change, delivery, message, signed

PAYLOADS = Path(__file__).parent / "payloads" / "meta"
PATH = f"/api/v1/channels/meta/{NUMBER}"
PERSON = "+573001234567"
BSUID = "US.13491208655302741918"


@pytest.fixture
def service() -> Iterator[FakeMeta]:
    with FakeMeta() as meta:
        yield meta


@pytest.fixture
def number(configure: Configure, tenant: Tenant, service: FakeMeta) -> Iterator[MetaCloud]:
    fields = {"phone_number_id": NUMBER, "base_url": service.address}
    secrets = {"access_token": TOKEN, "app_secret": SECRET, "verify_token": VERIFY}
    add_account(tenant, "meta", fields, secrets)
    account = account_of(tenant.organisation_id, "meta", "main")
    assert account is not None
    yield service_of(account)
    channel_accounts.remove(tenant.organisation_id, "meta", "main")


def read(body: Any) -> Any:
    return MetaCloud(MetaAccess(NUMBER)).parse(Incoming("meta:main", body=json.dumps(body).encode()))


def deliver(web: FlaskClient, body: Any) -> Any:
    raw, headers = signed(body)
    return web.post(PATH, data=raw, headers=headers)


def test_the_question_is_answered_with_the_agreed_word(web: FlaskClient, number: MetaCloud) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY}
    answer = web.get(f"{PATH}?{urlencode(asked)}")
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.content_type.startswith("text/plain")
    for wrong in ({"hub.verify_token": "x"}, {"hub.verify_token": ""}, {"hub.mode": "other"}):
        assert web.get(f"{PATH}?{urlencode(asked | wrong)}").status_code == 403
    assert web.get(f"/api/v1/channels/meta/999?{urlencode(asked)}").status_code == 401


def test_the_official_signature_passes() -> None:
    body, headers, secret = DOCUMENTED
    channel = MetaCloud(MetaAccess(NUMBER, app_secret=secret))
    assert channel.verify(Incoming("x", body=body, headers=headers))
    assert not channel.verify(Incoming("x", body=body + b"\n", headers=headers))


def test_twelve_mutations_are_refused(web: FlaskClient, tenant: Tenant, number: MetaCloud) -> None:
    body = delivery(change(messages=[message("1", "¿Qué tal? 😀")]))
    right, other = (Signed(PATH, *signed(body, secret), "X-Hub-Signature-256") for secret in (SECRET, "another"))
    tried = list(mutations(right, other))
    assert len(tried) == 12
    for what, changed in tried:
        assert web.post(PATH, data=changed.body, headers=changed.headers).status_code == 401, what
    assert kept(tenant) == []
    assert web.post(PATH, data=right.body, headers=right.headers).status_code == 200
    assert [row.text for row in kept(tenant)] == ["¿Qué tal? 😀"]


def test_every_message_of_a_delivery_is_kept_once(application: Flask, tenant: Tenant, number: MetaCloud) -> None:
    people = ("573001234567", "573000000002")
    changes = [change(messages=[message(f"{who}{n}", str(n), who) for n in (1, 2)]) for who in people]
    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(lambda _: deliver(application.test_client(), delivery(*changes)), range(5)))
    assert {answer.status_code for answer in answers} == {200}
    found = sorted((row.user_id, row.text) for row in kept(tenant))
    assert found == sorted((f"+{who}", text) for who in people for text in "12")


@pytest.mark.parametrize("file", sorted(PAYLOADS.glob("*.json")), ids=lambda file: file.stem)
def test_every_documented_payload_is_read(file: Path) -> None:
    case = json.loads(file.read_text())
    brought = read(case["delivery"])
    assert [type(one).__name__ for one in brought] == case["is"]
    messages = [one for one in brought if isinstance(one, Inbound)]
    assert [part.plain for one in messages for part in one.parts] == case.get("plain", [])
    for one in messages:
        if file.stem == "scoped-id-alone":
            assert (one.sender, one.also, one.reply_to) == (BSUID, (), Address("meta", "meta:main", BSUID))
        else:
            assert (one.sender, one.also) == (PERSON, (BSUID,))


def test_reports_say_what_became_of_a_message() -> None:
    failed = json.loads((PAYLOADS / "status-failed.json").read_text())["delivery"]
    assert list(read(failed)) == [DeliveryReport("failed", "wamid.S", None, "131047", "Re-engagement message")]
    sent = json.loads((PAYLOADS / "status-sent.json").read_text())["delivery"]
    assert list(read(sent)) == [DeliveryReport("sent", "wamid.S", "receipt 1 1")]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"object": 5, "entry": []},
        {"object": "whatsapp_business_account", "entry": {}},
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": 5}]}]},
        delivery(change(messages=[{"type": "text"}])),
        delivery(change(messages=[message("1") | {"text": {"body": 5}}])),
        delivery(change(messages=[message("1"), message("2") | {"from": "nobody"}])),
    ],
)
def test_what_is_no_delivery_is_refused_as_a_whole(
    web: FlaskClient, tenant: Tenant, number: MetaCloud, body: Any
) -> None:
    assert deliver(web, body).status_code == 400
    assert kept(tenant) == []


def push(number: MetaCloud, part: Any, to: str = "573001234567") -> Delivery:
    return number.send(part, Address("meta", "meta:main", to), "receipt 1 1")


def test_parts_leave_as_meta_takes_them(number: MetaCloud, service: FakeMeta) -> None:
    assert push(number, Text("**Hola**")) == Sent("wamid.sent1")
    push(number, Text("Hola"), BSUID)
    long = "Un título muy largo de verdad"
    push(number, Buttons("¿Sí?", (Button("y", "Sí"), Button("n", long))))
    push(number, Choices("Elija", "Ver", (Choice("a", "Vino", "tinto"), Choice("b", long))))
    push(number, Link("Su factura", "https://example.org/f", "Abrir"))
    push(number, Template("reminder", "es", "Hola Ana", ("Ana",)))
    text, scoped, buttons, choices, link, template = service.sent
    assert (text["to"], text["text"]["body"], text["biz_opaque_callback_data"]) == (
        "573001234567",
        "*Hola*",
        "receipt 1 1",
    )
    assert (scoped["recipient"], "to" in scoped) == (BSUID, False)
    replies = [one["reply"] for one in buttons["interactive"]["action"]["buttons"]]
    assert replies == [{"id": "y", "title": "Sí"}, {"id": long, "title": "Un título muy largo…"}]
    rows = choices["interactive"]["action"]["sections"][0]["rows"]
    assert rows[0] == {"id": "a", "title": "Vino", "description": "tinto"}
    assert all(len(row["title"]) <= 24 for row in rows)
    assert link["interactive"]["action"]["parameters"] == {"display_text": "Abrir", "url": "https://example.org/f"}
    assert template["template"]["components"][0]["parameters"] == [{"type": "text", "text": "Ana"}]
    # What has no room is told in words.
    push(number, Buttons("x" * 1100, (Button("y", "Sí"),)))
    assert service.sent[-1]["text"]["body"].endswith("\n1. Sí")
    refused = push(number, Text("x" * 5000))
    assert isinstance(refused, Refused)


def test_files_and_places_leave_too(number: MetaCloud, service: FakeMeta) -> None:
    push(number, Image("https://example.org/a.png", caption="La *foto*"))
    push(number, Document("https://example.org/b.pdf", "b.pdf"))
    push(number, Audio("https://example.org/c.ogg"))
    push(number, Location(4.6, -74.08, "Plaza"))
    image, document, audio, location = service.sent
    assert image["image"] == {"link": "https://example.org/a.png", "caption": "La _foto_"}
    assert document["document"] == {"link": "https://example.org/b.pdf", "filename": "b.pdf"}
    assert audio["audio"] == {"link": "https://example.org/c.ogg"}
    assert location["location"] == {"latitude": 4.6, "longitude": -74.08, "name": "Plaza"}


@pytest.mark.parametrize(
    ("status", "code", "becomes"),
    [
        (401, 190, Fault.STOP_ACCOUNT),
        (400, 131047, Fault.WINDOW_CLOSED),
        (400, 131026, Fault.REFUSED),
        (400, 132000, Fault.REFUSED),
        (400, 131062, Fault.REFUSED),
        (429, 130429, Retry),
        (400, 131056, Retry),
        (500, 131000, Uncertain),
        (503, 131016, Retry),
    ],
)
def test_errors_mean_what_the_table_says(
    number: MetaCloud, service: FakeMeta, status: int, code: int, becomes: Any
) -> None:
    service.refuses = [(status, code)]
    delivered = push(number, Text("Hola"))
    if isinstance(becomes, Fault):
        assert isinstance(delivered, Refused)
        assert (delivered.fault, delivered.code) == (becomes, str(code))
    else:
        assert isinstance(delivered, becomes)


def test_a_message_is_shown_as_read_while_it_is_answered(number: MetaCloud, service: FakeMeta) -> None:
    number.typing(Address("meta", "meta:main", "573001234567"), "wamid.1")
    (read_,) = service.read
    assert (read_["message_id"], read_["typing_indicator"]) == ("wamid.1", {"type": "text"})


def test_a_file_is_fetched_by_its_id(number: MetaCloud, service: FakeMeta) -> None:
    service.files["1003383421387256"] = b"x" * 100
    assert number.download(Audio(ref="1003383421387256"), 100).content == b"x" * 100
    for ref, most in (("1003383421387256", 99), ("404", 100), ("../secret", 100)):
        with pytest.raises(CciError):
            number.download(Audio(ref=ref), most)


def test_a_check_names_the_number(web: FlaskClient, tenant: Tenant, number: MetaCloud) -> None:
    checked = web.post("/api/v1/channels/accounts/meta/main/check", headers=tenant.headers).json
    assert checked is not None
    assert (checked["state"], checked["works"][0]) == ("working", "the number is +57 300 0000009, Members")
