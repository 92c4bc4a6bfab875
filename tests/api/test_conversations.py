"""Every scripted conversation over HTTP, with the real database, the real documents and the record."""

import itertools
import shutil
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.contacts.models import Contact
from cci_app.conversation.log import log_conversations
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.phone import national_number
from cci_app.knowledge.documents.loading import load_folder
from tests.conftest import SAMPLES, Tenant, make_tenant
from tests.conversations.replay import Said, Script, Step, load_scripts, replay

SCRIPTS = load_scripts()
DOCUMENTS = Path(__file__).parent.parent / "conversations" / "documents"
Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def chamber(application: Flask, tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    """An organisation that has the sample documents, and those that the scripts ask for beside them."""
    folder = tmp_path_factory.mktemp("documents")
    for documents in (SAMPLES / "documents", DOCUMENTS):
        shutil.copytree(documents, folder, dirs_exist_ok=True)
    with application.app_context():
        made = make_tenant(f"chamber-{uuid.uuid4().hex[:8]}")
        load_folder(made.organisation_id, folder)
    return made


class HttpSpeaker:
    """Holds one conversation through the message endpoint, on a clock that the script moves."""

    def __init__(
        self, web: FlaskClient, tenant: Tenant, user: str, rows: Rows, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._web, self._tenant, self._user, self._rows = web, tenant, user, rows
        self._number = itertools.count(1)
        self.now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def say(self, step: Step) -> Said:
        """Send one message."""
        self.now += step.silence
        payload: dict[str, Any] = {"user_id": self._user, "message": step.say, "message_id": str(next(self._number))}
        if step.media:
            media = dict(step.media)
            payload["media"] = {"type": media.pop("kind"), **media}
        response = self._web.post("/api/v1/whatsapp/message", json=payload, headers=self._tenant.headers)
        assert response.status_code == 200, response.text
        body = response.json
        assert body is not None
        status = body["user_status"]
        return Said(
            body["response"], status["language"], status["current_question"], status["completed"], self._answers()
        )

    def _answers(self) -> dict[int, str]:
        """The answers of the person's last run, as the record has them."""
        log_conversations()
        kept = self._rows(
            "SELECT question, text FROM answers WHERE run_id = ("
            " SELECT id FROM conversation_runs WHERE organisation_id = :org AND user_id = :user"
            " ORDER BY started_at DESC LIMIT 1)",
            org=self._tenant.organisation_id,
            user=self._user,
        )
        return {row["question"]: row["text"] for row in kept}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_conversation(
    app: Flask,
    web: FlaskClient,
    chamber: Tenant,
    script: Script,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = f"+57300{uuid.uuid4().int % 10**7:07d}"
    if script.card:
        person = {**script.card.as_dict(), "phone": user, "national_number": national_number(user)}
        with tenant_transaction(chamber.organisation_id) as session:
            session.add(Contact(organisation_id=chamber.organisation_id, **person))
    replay(script, HttpSpeaker(web, chamber, user, rows, monkeypatch))
    kept = rows(
        "SELECT user_message, agent_response FROM conversations WHERE organisation_id = :org AND user_id = :user"
        " ORDER BY id",
        org=chamber.organisation_id,
        user=user,
    )
    assert [row["user_message"] for row in kept] == [step.say for step in script.steps]
    assert all(row["agent_response"] for row in kept)
