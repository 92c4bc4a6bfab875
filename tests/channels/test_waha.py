"""WAHA: its documented signature, its own envelope and the short one, sending as a person would, its session."""

import json
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.channels.accounts import account_of
from cci_app.channels.message import (
    AccountNews,
    Address,
    Audio,
    Button,
    Buttons,
    DeliveryReport,
    Document,
    Ignored,
    Image,
    Inbound,
    OwnWords,
    Reaction,
    Text,
)
from cci_app.channels.ports import Delivery, Fault, Incoming, Refused, Retry, Sent, Uncertain
from cci_app.channels.waha.channel import Waha, WahaAccess
from cci_app.core.errors import CciError
from tests.channels.conftest import Configure, add_account, kept
from tests.conftest import Tenant
from tests.fakes.forgeries import Signed, mutations
from tests.fakes.waha import API_KEY, DOCUMENTED, HMAC_KEY, PNG, TOKEN, FakeWaha, event, message, signed

PAYLOADS = Path(__file__).parent / "payloads" / "waha"
PERSON = "+573001234567"
CHAT = "573001234567@c.us"


@pytest.fixture
def service() -> Iterator[FakeWaha]:
    with FakeWaha() as waha:
        yield waha


@pytest.fixture
def path(configure: Configure, tenant: Tenant, service: FakeWaha) -> str:
    fields = {"base_url": service.address, "human": "false"}
    add_account(tenant, "waha", fields, {"api_key": API_KEY, "hmac_key": HMAC_KEY, "token": TOKEN})
    account = account_of(tenant.organisation_id, "waha", "main")
    assert account is not None
    return f"/api/v1/channels/waha/{account.outside_id}"


def read(body: Any) -> Any:
    access = WahaAccess(session="default", hmac_key=HMAC_KEY)
    (one,) = Waha(access).parse(Incoming("waha:main", body=json.dumps(body).encode()))
    return one


def deliver(web: FlaskClient, path: str, body: Any) -> Any:
    raw, headers = signed(body)
    return web.post(path, data=raw, headers=headers)


def test_the_documented_signature_passes() -> None:
    body, signature = DOCUMENTED
    channel = Waha(WahaAccess(hmac_key=HMAC_KEY))
    assert channel.verify(Incoming("x", body=body, headers={"x-webhook-hmac": signature}))
    named = {"X-Webhook-Hmac": signature, "X-Webhook-Hmac-Algorithm": "sha512"}
    assert channel.verify(Incoming("x", body=body, headers=named))
    assert not channel.verify(Incoming("x", body=body, headers=named | {"X-Webhook-Hmac-Algorithm": "md5"}))
    assert not channel.verify(Incoming("x", body=body + b" ", headers=named))


def test_twelve_mutations_are_refused(web: FlaskClient, tenant: Tenant, path: str) -> None:
    right, other = (Signed(path, *signed(message("A1"), key), "X-Webhook-Hmac") for key in (HMAC_KEY, "another"))
    tried = list(mutations(right, other))
    assert len(tried) == 12
    for what, changed in tried:
        assert web.post(changed.path, data=changed.body, headers=changed.headers).status_code == 401, what
    assert kept(tenant) == []
    assert web.post(path, data=right.body, headers=right.headers).status_code == 200


def test_the_token_alone_will_do(web: FlaskClient, tenant: Tenant, path: str) -> None:
    body = {"session": "default", "message": {"from": "+573001234567", "text": "Bonjour", "timestamp": 1700000000}}
    for token, status in ((TOKEN, 200), (TOKEN, 200), (f"{TOKEN}x", 401), ("", 401)):
        assert web.post(path, json=body, headers={"X-Waha-Token": token}).status_code == status
    assert web.post(path, json={"test": True}, headers={"X-Waha-Token": TOKEN}).status_code == 200
    assert web.post(path, json={"test": True}).status_code == 401
    # A signature that is there has to be right, whatever token stands beside it.
    wrong = {"X-Waha-Token": TOKEN, "X-Webhook-Hmac": "0" * 128}
    assert web.post(path, json=body, headers=wrong).status_code == 401
    assert [(row.user_id, row.text) for row in kept(tenant)] == [(PERSON, "Bonjour")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[1]", 400),
        (b"{}", 400),
        (b'{"event": 5}', 400),
        (b'{"event": "message", "session": "default", "payload": {"id": 1}}', 400),
        (
            b'{"event": "message", "session": "default", "payload": {"id": "a", "from": "no body", "body": "x"}}',
            400,
        ),
        (b'{"event": "a new one", "session": "default", "payload": {"anything": [1]}}', 200),
        (b'{"session": "default", "message": {"from": 5, "text": "x"}}', 400),
    ],
)
def test_what_is_no_delivery_is_refused(web: FlaskClient, tenant: Tenant, path: str, body: bytes, status: int) -> None:
    answer = web.post(path, data=body, headers={"X-Waha-Token": TOKEN, "Content-Type": "application/json"})
    assert answer.status_code == status
    assert kept(tenant) == []


def test_a_repeat_in_parallel_changes_nothing(application: Flask, tenant: Tenant, path: str, service: FakeWaha) -> None:
    service.phones["123@lid"] = CHAT
    bodies = [message("A1", "Hola"), message("A1", "Hola", "123@lid")]
    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(lambda n: deliver(application.test_client(), path, bodies[n % 2]), range(10)))
    assert {answer.status_code for answer in answers} == {200}
    # Once as the phone and once as the id that hides it: one message of one person.
    assert [(row.user_id, row.event_id) for row in kept(tenant)] == [(PERSON, "A1")]


def test_an_id_that_hides_a_phone_is_asked_about_once(
    web: FlaskClient, tenant: Tenant, path: str, service: FakeWaha
) -> None:
    lid = f"{secrets.randbelow(10**12)}@lid"
    for number in range(3):
        deliver(web, path, message(f"B{number}", sender=lid))
    assert {row.user_id for row in kept(tenant)} == {lid}
    asked = [call for call in service.calls if "/lids/" in call[1]]
    assert asked == [("GET", f"/api/default/lids/{lid}")]


@pytest.mark.parametrize("file", sorted(PAYLOADS.glob("*.json")), ids=lambda file: file.stem)
def test_every_documented_payload_is_read(file: Path) -> None:
    case = json.loads(file.read_text())
    one = read(case["delivery"])
    assert type(one).__name__ == case["is"], one
    if isinstance(one, Inbound):
        assert [part.plain for part in one.parts] == case["plain"]
        assert (one.sender, one.event_id) == (case.get("sender", PERSON), case.get("event_id", "AAAAAAAAAAAAAAAAAAAA"))


def test_an_emoji_is_read_with_the_message_that_it_was_put_to() -> None:
    case = json.loads((PAYLOADS / "reaction.json").read_text())["delivery"]
    assert read(case).parts == (Reaction("👍", "BBBB"),)
    for changed in ({"reaction": {"text": "", "messageId": "x"}}, {"fromMe": True, "to": case["payload"]["from"]}):
        assert isinstance(read({**case, "payload": {**case["payload"], **changed}}), Ignored)


def test_the_ids_behind_an_id() -> None:
    inner = {"key": {"remoteJidAlt": "573001234567@s.whatsapp.net"}}
    one = read(message("A1", sender="123@lid", _data=inner))
    assert (one.sender, one.also) == ("123@lid", (PERSON,))
    inner = {"Info": {"SenderAlt": "573001234567@s.whatsapp.net"}}
    assert read(message("A1", sender="123@lid", _data=inner)).also == (PERSON,)


def test_states_of_messages_and_sessions() -> None:
    sent = "true_573001234567@c.us_3EB0"
    acks = {-1: "failed", 1: "sent", 2: "delivered", 3: "read", 4: "read"}
    for ack, state in acks.items():
        one = read(event("message.ack", {"id": sent, "from": CHAT, "ack": ack, "ackName": "X"}))
        assert isinstance(one, DeliveryReport)
        assert (one.state, one.vendor_id) == (state, "3EB0")
    assert isinstance(read(event("message.ack", {"id": sent, "from": CHAT, "ack": 0})), Ignored)
    assert read(event("session.status", {"name": "default", "status": "WORKING"})) == AccountNews(True)
    waiting = read(event("session.status", {"name": "default", "status": "SCAN_QR_CODE"}))
    assert not waiting.works
    assert "QR" in waiting.reason
    assert isinstance(read(event("session.status", {"status": "STARTING"})), Ignored)


def test_what_left_by_the_telephone_is_somebodys_own_words() -> None:
    own: dict[str, Any] = {"fromMe": True, "to": CHAT, "from": "573000000009@c.us"}
    assert read(message("A1", "Yo le atiendo", **own)) == OwnWords("waha", "waha:main", PERSON, "Yo le atiendo", "A1")
    assert isinstance(read(message("A1", **own, source="api")), Ignored)


def push(tenant: Tenant, part: Any) -> Delivery:
    account = account_of(tenant.organisation_id, "waha", "main")
    assert account is not None
    delivery: Delivery = account.open().send(part, Address("waha", "waha:main", CHAT), "receipt 1 1")
    return delivery


def test_parts_leave_as_whatsapp_shows_them(tenant: Tenant, path: str, service: FakeWaha) -> None:
    assert push(tenant, Text("**Hola**")) == Sent("3EB00001")
    push(tenant, Buttons("¿Sí?", (Button("y", "Sí"), Button("n", "No"))))
    push(tenant, Image("https://example.org/a.png", caption="La *foto*"))
    push(tenant, Document("https://example.org/b.pdf", "b.pdf"))
    push(tenant, Audio("https://example.org/c.ogg"))
    assert service.texts(CHAT) == ["*Hola*", "¿Sí?\n1. Sí\n2. No"]
    image, document, voice = service.sent[2:]
    assert (image["path"], image["caption"], image["file"]["mimetype"]) == ("/api/sendImage", "La _foto_", "image/png")
    assert (document["path"], document["file"]["filename"]) == ("/api/sendFile", "b.pdf")
    assert (voice["path"], voice["convert"]) == ("/api/sendVoice", True)
    assert [call[1] for call in service.calls] == [sent["path"] for sent in service.sent]


def test_a_person_is_answered_as_by_a_person(service: FakeWaha, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("cci_app.channels.waha.channel.time.sleep", slept.append)
    channel = Waha(WahaAccess(service.address, api_key=API_KEY, hmac_key=HMAC_KEY))
    channel.send(Text("Hola"), Address("waha", "waha:main", CHAT), "1")
    channel.send(Text("Hola " * 500), Address("waha", "waha:main", CHAT), "2")
    calls = [path for _, path in service.calls]
    assert calls == ["/api/sendSeen", "/api/startTyping", "/api/stopTyping", "/api/sendText"] * 2
    assert 0 < slept[0] < 1 < slept[1] <= 6
    channel.close()


@pytest.mark.parametrize(
    ("status", "becomes"),
    [(401, Fault.STOP_ACCOUNT), (422, Retry), (429, Retry), (400, Fault.REFUSED), (500, Uncertain), (503, Retry)],
)
def test_errors_mean_what_the_table_says(
    tenant: Tenant, path: str, service: FakeWaha, status: int, becomes: Any
) -> None:
    service.refuses = [status]
    delivery = push(tenant, Text("Hola"))
    if isinstance(becomes, Fault):
        assert isinstance(delivery, Refused)
        assert delivery.fault is becomes
    else:
        assert isinstance(delivery, becomes)


def test_the_session_is_set_up_by_a_check(web: FlaskClient, tenant: Tenant, path: str, service: FakeWaha) -> None:
    address = "/api/v1/channels/accounts/waha/main"
    others = {"url": "https://example.org/other", "events": ["message"]}
    service.config = {"debug": True, "webhooks": [others]}
    checked = web.post(f"{address}/check", headers=tenant.headers).json
    assert checked is not None
    assert (checked["state"], checked["works"][-1]) == ("working", "the session default is connected")
    assert service.config["debug"] is True
    other, ours = service.config["webhooks"]
    assert other == others
    assert ours["url"].endswith(path)
    assert (ours["hmac"], ours["customHeaders"]) == (
        {"key": HMAC_KEY},
        [{"name": "X-Waha-Token", "value": TOKEN}],
    )
    # Once it is so, nothing is changed: WAHA would start the session anew.
    service.calls.clear()
    web.post(f"{address}/check", headers=tenant.headers)
    assert {method for method, _ in service.calls} == {"GET"}


def test_a_session_that_is_not_connected_has_a_code_to_scan(
    web: FlaskClient, tenant: Tenant, path: str, service: FakeWaha
) -> None:
    address = "/api/v1/channels/accounts/waha/main"
    assert web.get(f"{address}/code", headers=tenant.headers).status_code == 409
    service.exists, service.status = False, "SCAN_QR_CODE"
    checked = web.post(f"{address}/check", headers=tenant.headers).json
    assert checked is not None
    assert (checked["state"], "QR" in checked["reason"]) == ("failing", True)
    shown = web.get(f"{address}/code", headers=tenant.headers)
    assert (shown.status_code, shown.content_type, shown.data) == (200, "image/png", PNG)
    assert web.get("/api/v1/channels/accounts/waha/nobodys/code", headers=tenant.headers).status_code == 404
    deliver(web, path, event("session.status", {"name": "default", "status": "WORKING"}))
    listed = web.get("/api/v1/channels/accounts", headers=tenant.headers).json
    assert listed
    assert listed[0]["state"] == "working"


def test_a_file_is_fetched_from_waha_wherever_it_says_that_it_is(tenant: Tenant, path: str, service: FakeWaha) -> None:
    account = account_of(tenant.organisation_id, "waha", "main")
    assert account is not None
    service.files["/api/files/default/a.oga"] = b"x" * 100
    voice = Audio(ref="http://localhost:3000/api/files/default/a.oga", media_type="audio/ogg; codecs=opus")
    media = account.open().download(voice, 1000)
    assert (media.content, media.media_type) == (b"x" * 100, "audio/ogg")
    for ref, most in ((voice.ref, 99), ("http://169.254.169.254/latest/meta-data", 1000), ("", 1000)):
        with pytest.raises(CciError):
            account.open().download(Audio(ref=ref), most)


def test_without_a_secret_deliveries_come_from_this_machine_alone() -> None:
    channel = Waha(WahaAccess(base_url="http://127.0.0.1:9"))
    assert channel.verify(Incoming("x", body=b"{}", nearby=True))
    assert not channel.verify(Incoming("x", body=b"{}"))


def test_the_alias_leads_to_the_account_of_the_environment(
    web: FlaskClient, configure: Configure, tenant: Tenant, service: FakeWaha
) -> None:
    assert web.post("/api/v1/webhook", json={"test": True}).status_code == 401
    secret = type(web.application.config["SETTINGS"].secret_key)
    configure(
        waha_base_url=service.address,
        waha_api_key=secret(API_KEY),
        webhook_verify_token=secret(TOKEN),
        default_organisation=tenant.slug,
        waha_human=False,
    )
    for path in ("/api/v1/webhook", "/api/v1/channels/waha/default"):
        assert web.post(path, json={"test": True}, headers={"X-Waha-Token": TOKEN}).status_code == 200
        assert web.post(path, json={"test": True}, headers={"X-Waha-Token": "x"}).status_code == 401
    assert web.post("/api/v1/webhook", json=message("A9"), headers={"X-Waha-Token": TOKEN}).status_code == 200
    assert [row.event_id for row in kept(tenant)] == ["A9"]
