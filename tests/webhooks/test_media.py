"""What people send beside words: fetched once, kept, and heard where somebody listens."""

import base64
import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from pydantic import SecretStr
from werkzeug import Request, Response

from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.channels.registry import load_channels
from cci_app.conversation.log import log_conversations
from cci_app.conversation.service import Conversation
from cci_app.core.database import tenant_transaction
from tests.conftest import Tenant
from tests.conversation.scripted import ScriptedAgent, ScriptedAssistant, ScriptedCatalogue
from tests.fakes.serving import LoopbackServer
from tests.fakes.twilio import SID, TOKEN, FakeTwilio, message, signed

PUBLIC = "https://bot.example.org"
VOICE = b"OggS" + b"\x00" * 100


class Ears:
    """OpenAI's models on loopback: they hear `words`, or answer with a status, and see a bill."""

    def __init__(self) -> None:
        self.words = "quisiera más información"
        self.status = 200
        self.heard: list[bytes] = []
        self.seen: list[str] = []

    def look(self, request: Request) -> Response:
        """Say what a picture shows."""
        (said,) = request.json["messages"]
        self.seen.append(said["content"][1]["image_url"]["url"])
        message = {"role": "assistant", "content": "Una factura de 120 euros."}
        body = {"id": "1", "object": "chat.completion", "created": 1, "model": request.json["model"]}
        return _json({**body, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})

    def __call__(self, request: Request) -> Response:
        file = request.files["file"]
        assert (file.filename, request.form["model"]) == ("voice.ogg", "gpt-4o-mini-transcribe")
        self.heard.append(file.read())
        body = {"text": self.words} if self.status == 200 else {"error": {"message": "no"}}
        return _json(body, self.status)


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")


@pytest.fixture
def ears() -> Iterator[tuple[Ears, str]]:
    server, listening = LoopbackServer(), Ears()
    server.expect_request("/v1/audio/transcriptions", method="POST").respond_with_handler(listening)
    server.start()
    server.expect_request("/v1/chat/completions", method="POST").respond_with_handler(listening.look)
    yield listening, server.url_for("/v1")
    server.stop()


@pytest.fixture
def service() -> Iterator[FakeTwilio]:
    with FakeTwilio() as twilio:
        twilio.media_type = "audio/ogg"
        yield twilio


@pytest.fixture
def agent() -> ScriptedAgent:
    return ScriptedAgent()


@pytest.fixture
def deliver(
    app: Flask,
    settings: Any,
    agent: ScriptedAgent,
    tenant: Tenant,
    service: FakeTwilio,
    ears: tuple[Ears, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Any]]:
    """Deliver a voice note by Twilio, to an installation that listens."""
    reached = {"fetch_loopback": True, "public_base_url": PUBLIC}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=reached))
    key = {"openai_api_key": SecretStr("made-up-key"), "openai_base_url": ears[1]}
    changed = settings.model_copy(update={"file_storage": str(tmp_path), "max_upload_bytes": 1000, **key})
    made = Conversation(app, changed, ScriptedCatalogue(ScriptedAssistant(agent)), load_channels(changed))
    monkeypatch.setitem(app.extensions, "cci_conversation", made)
    forget_accounts()
    number = f"+57300{secrets.randbelow(10**7):07d}"
    fields = {"account_sid": SID, "number": number, "base_url": service.address}
    channel_accounts.add(tenant.organisation_id, "twilio", "main", fields, {"auth_token": TOKEN})
    path = f"/api/v1/channels/twilio/%2B{number[1:]}"

    def post(sid: str, text: str = "", content: bytes = VOICE) -> Any:
        place = service.media_address("voice", content)
        form = message(sid, text, NumMedia="1", MediaUrl0=place, MediaContentType0=service.media_type)
        body, headers = signed(PUBLIC + path, form)
        return app.test_client().post(path, data=body, headers=headers)

    yield post
    made.stop()
    forget_accounts()


def test_a_picture_is_described(
    deliver: Callable[..., Any], agent: ScriptedAgent, tenant: Tenant, ears: tuple[Ears, str], service: FakeTwilio
) -> None:
    service.media_type = "image/jpeg"
    assert b"answer 1 to Mire" in deliver("SM1", "Mire").data
    assert ears[0].seen == [f"data:image/jpeg;base64,{base64.b64encode(VOICE).decode()}"]
    # It says what the picture shows, and is none of the person's words.
    assert agent.asked == ["Mire"]
    assert [part.plain for part in agent.attached] == ["Una factura de 120 euros."]
    assert files(tenant)[0].words == "Una factura de 120 euros."


def files(tenant: Tenant) -> list[Any]:
    with tenant_transaction(tenant.organisation_id) as session:
        statement = sa.text("SELECT kind, file_key, media_type, size, words, error FROM inbound_files ORDER BY id")
        return list(session.execute(statement).all())


def test_a_voice_note_is_heard_and_kept(
    deliver: Callable[..., Any], agent: ScriptedAgent, tenant: Tenant, ears: tuple[Ears, str], tmp_path: Path
) -> None:
    for _ in range(2):
        assert b"answer 1 to Hola\nquisiera" in deliver("SM1", "Hola").data
    assert agent.asked == ["Hola\nquisiera más información"]
    assert ears[0].heard == [VOICE]
    (kept,) = files(tenant)
    assert kept.kind == "audio"
    assert (kept.media_type, kept.size, kept.words) == ("audio/ogg", len(VOICE), "quisiera más información")
    assert (tmp_path / kept.file_key).read_bytes() == VOICE
    log_conversations()
    with tenant_transaction(tenant.organisation_id) as session:
        said = session.scalar(sa.text("SELECT user_message FROM conversations"))
    assert said == "Hola\nquisiera más información"


@pytest.mark.parametrize("why", ["the model fails", "it hears nothing", "too large"])
def test_what_cannot_be_heard_stays_an_attachment(
    deliver: Callable[..., Any], agent: ScriptedAgent, tenant: Tenant, ears: tuple[Ears, str], why: str
) -> None:
    listening, content = ears[0], VOICE
    if why == "the model fails":
        listening.status = 500
    elif why == "it hears nothing":
        listening.words = " "
    else:
        content = b"x" * 1001
    assert b"answer 1 to " in deliver("SM1", "", content).data
    assert agent.asked == [""]
    (kept,) = files(tenant)
    assert kept.words is None
    assert (kept.error is None, kept.file_key is None) == ((False, True) if why == "too large" else (True, False))
