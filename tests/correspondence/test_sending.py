"""Messages about the work: each sent once by the channel that reaches somebody, with how far it came."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from cci_app.channels.accounts import channel_accounts
from cci_app.conversation.inbound import Person
from cci_app.conversation.service import get_conversation
from tests.channels.conftest import Configure, add_account, configure
from tests.conftest import Tenant
from tests.coordination.test_api import Client
from tests.coordination.work import give, make_person, make_project
from tests.fakes.serving import LoopbackServer
from tests.fakes.smtp import BREAK, FakeSmtp
from tests.fakes.telegram import SECRET, TOKEN, FakeTelegram
from tests.fakes.waha import API_KEY, FakeWaha

__all__ = ["configure"]

ANA = "ana@example.org"


@pytest.fixture
def call(web: FlaskClient, tenant: Tenant) -> Client:
    return Client(web, tenant)


@pytest.fixture
def send_all(app: Flask, tenant: Tenant, rows: Callable[..., list[dict[str, Any]]]) -> Callable[[], None]:
    """What a worker does with the outbox."""

    def send() -> None:
        people = rows(
            "SELECT DISTINCT assistant, user_id FROM outbound_messages WHERE organisation_id = :id",
            id=tenant.organisation_id,
        )
        for each in people:
            get_conversation().outbox.send(Person(tenant.organisation_id, each["assistant"], each["user_id"]))

    return send


@pytest.fixture
def mail(configure: Configure, tenant: Tenant) -> Iterator[FakeSmtp]:
    with FakeSmtp(tls="none") as server:
        fields = {"host": "127.0.0.1", "port": str(server.port), "security": "none", "sender": "work@example.org"}
        add_account(tenant, "email", fields, {})
        yield server


def test_a_message_leaves_once_by_each_channel(
    configure: Configure, tenant: Tenant, call: Client, mail: FakeSmtp, send_all: Callable[[], None]
) -> None:
    with FakeWaha() as waha, FakeTelegram() as telegram:
        address = {"base_url": waha.address, "human": "false"}
        add_account(tenant, "waha", address, {"api_key": API_KEY, "token": "hook-token"})
        add_account(tenant, "telegram", {"base_url": telegram.address}, {"token": TOKEN, "secret": SECRET})
        task = give(tenant, make_project(tenant))
        ana = make_person(tenant, reach=[{"via": "telegram", "to": "4711"}])
        once = {"Idempotency-Key": "aviso"}
        told = {"message": "¿Cómo va?", "task_id": task.id}
        first = call("POST", "/integrations/whatsapp/send", 202, json={**told, "to": "+57 300 000 0001"}, headers=once)
        again = call("POST", "/integrations/whatsapp/send", json={**told, "to": "+57 300 000 0001"}, headers=once)
        assert (again["id"], first["state"], first["to"]) == (first["id"], "queued", "+573000000001")
        refused = call("POST", "/integrations/whatsapp/send", 409, json={**told, "to": "+573000000002"}, headers=once)
        assert refused["error"]["code"] == "key_used_before"
        call("POST", "/integrations/telegram/send", 202, json={**told, "person_id": ana.id}, headers=once)
        call("POST", "/integrations/email/send", 202, json={**told, "to": ANA, "subject": "Diseño\nweb"}, headers=once)
        send_all()
        send_all()
        assert [(each["chatId"], each["text"]) for each in waha.sent] == [("573000000001@c.us", "¿Cómo va?")]
        assert [each["chat_id"] for each in telegram.sent()] == ["4711"]
        channel_accounts.remove(tenant.organisation_id, "telegram", "main")
        channel_accounts.remove(tenant.organisation_id, "waha", "main")
    (letter,) = mail.mails
    assert (letter["To"], letter["Subject"]) == (ANA, "Diseño web")
    items = call("GET", f"/integrations/history?task_id={task.id}")["items"]
    assert [(each["type"], each["state"]) for each in items] == [
        ("email", "sent"),
        ("telegram", "sent"),
        ("whatsapp", "sent"),
    ]
    assert items[0]["text"] == "Diseño web\n\n¿Cómo va?"
    assert call("GET", "/integrations/history?type=telegram")["items"][0]["to"] == "telegram:4711"


def test_a_mail_that_nobody_knows_of_is_shown_and_not_sent_again(
    call: Client, mail: FakeSmtp, send_all: Callable[[], None]
) -> None:
    mail.answers = [BREAK, "550 5.1.1 no such mailbox"]
    body = {"message": "Hola", "subject": "Hola"}
    ids = [
        call("POST", "/integrations/email/send", 202, json={**body, "to": f"{who}@example.org"})["id"]
        for who in ("ana", "bea")
    ]
    send_all()
    send_all()
    states = [call("GET", f"/integrations/history/{each}") for each in ids]
    assert sorted(each["state"] for each in states) == ["failed", "uncertain"]
    assert len(mail.mails) == 1
    assert "5.1.1" in next(each["error"] for each in states if each["state"] == "failed")


def test_what_cannot_be_sent_is_named(call: Client, tenant: Tenant, mail: FakeSmtp) -> None:
    ana = make_person(tenant, reach=[{"via": "telegram", "to": "4711"}])
    path, body = "/integrations/email/send", {"message": "Hola", "subject": "Hola"}
    assert (
        "channel account"
        in call("POST", "/integrations/telegram/send", 409, json={"message": "a", "to": "1"})["error"]["message"]
    )
    for wrong in ({"person_id": ana.id}, {"to": "ana"}, {}, {"to": ANA, "person_id": ana.id}, {"to": "a@b\r\nc"}):
        call("POST", path, 422, json={**body, **wrong})
    call("POST", path, 404, json={**body, "to": ANA, "task_id": 10**12})
    call("POST", path, 404, json={**body, "person_id": 10**12})
    assert call("GET", "/integrations/history")["items"] == []


def test_what_a_task_is_known_as_elsewhere_is_kept_once(call: Client, tenant: Tenant) -> None:
    project = make_project(tenant)
    one, other = give(tenant, project), give(tenant, project, "Otra")
    body = {"type": "zendesk", "external_id": "4711", "task_id": one.id, "data": {"url": "https://example.org/1"}}
    first = call("POST", "/integrations/link", 201, json=body)
    assert (first["state"], first["data"]) == ("linked", body["data"])
    assert call("POST", "/integrations/link", json=body)["id"] == first["id"]
    call("POST", "/integrations/link", 409, json={**body, "task_id": other.id})
    call("POST", "/integrations/link", 404, json={**body, "task_id": 10**12})
    call("POST", "/integrations/link", 422, json={**body, "project_id": project.id})


def test_a_recording_is_heard(call: Client, configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    def upload(content: bytes, kind: str = "audio/ogg") -> dict[str, Any]:
        return {"data": {"file": (io.BytesIO(content), "voice.ogg", kind)}}

    call("POST", "/integrations/voice/transcribe", 409, **upload(b"OggS"))
    with LoopbackServer() as server:
        server.expect_request("/v1/audio/transcriptions", method="POST").respond_with_json({"text": "pásale la de Ana"})
        configure(openai_api_key=SecretStr("made-up"), openai_base_url=server.url_for("/v1"))
        heard = call("POST", "/integrations/voice/transcribe", **upload(b"OggS"))
        call("POST", "/integrations/voice/transcribe", 422, **upload(b"PK", "application/zip"))
        call("POST", "/integrations/voice/transcribe", 422, data={"name": "no file"})
    assert heard["text"] == "pásale la de Ana"
    (entry,) = call("GET", "/integrations/history?type=voice")["items"]
    assert (entry["id"], entry["direction"], entry["text"]) == (heard["id"], "in", None)
