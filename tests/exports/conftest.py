"""A record to export: conversations that say what could go wrong in a file."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cci_app.conversation.models import Answer, Conversation, ConversationRun
from cci_app.core.database import system_transaction
from tests.conftest import Tenant

Add = Callable[..., uuid.UUID]
NOON = datetime(2026, 1, 15, 17, 0, tzinfo=UTC)  # in Bogotá


@pytest.fixture
def add(app: Flask, tenant: Tenant) -> Add:
    """Adds a conversation of the organisation: `add(answers=[...], texts=[...], started_at=..., company=...)`."""

    def conversation(
        answers: list[str] | dict[int, str] = [],  # noqa: B006 (read only)
        texts: list[str] = ["Hola"],  # noqa: B006
        organisation_id: int | None = None,
        started_at: datetime = NOON,
        times: list[int] | None = None,
        **values: Any,
    ) -> uuid.UUID:
        owner = organisation_id or tenant.organisation_id
        run_id = uuid.uuid4()
        numbered = answers if isinstance(answers, dict) else dict(enumerate(answers, 1))
        person = {"organisation_id": owner, "assistant": "cci", "user_id": "+573001234567"}
        person |= {name: values.pop(name) for name in tuple(values) if name in person}
        took = times or [1000] * len(texts)
        last = started_at + timedelta(seconds=len(texts))
        if "company" in values:
            values["client_company"] = values.pop("company")
        run = {"detected_language": "es", "questions_answered": len(numbered), "last_message_at": last, **values}
        with system_transaction() as session:
            session.add(ConversationRun(id=run_id, started_at=started_at, **person, **run))
            session.flush()
            for question, text in numbered.items():
                session.add(
                    Answer(
                        organisation_id=owner,
                        assistant=person["assistant"],
                        run_id=run_id,
                        question=question,
                        text=text,
                        status="answered",
                        asked_at=started_at,
                        answered_at=last,
                    )
                )
            for place, (text, ms) in enumerate(zip(texts, took, strict=True)):
                session.add(
                    Conversation(
                        event_id=-uuid.uuid4().int % 2**62,
                        run_id=run_id,
                        user_message=text,
                        agent_response=f"Eco: {text}",
                        has_client_context=False,
                        response_time_ms=ms,
                        late=ms > 8000,
                        timestamp=started_at + timedelta(seconds=place + 1),
                        **person,
                    )
                )
        return run_id

    return conversation


@pytest.fixture
def store(app: Flask, tenant: Tenant, tmp_path: Path) -> Iterator[Path]:
    """The folder in which files are kept; the organisation is the one that destinations belong to."""
    before = app.config["SETTINGS"]
    changes = {"file_storage": str(tmp_path / "files"), "export_folder": tmp_path / "out"}
    app.config["SETTINGS"] = before.model_copy(update={**changes, "default_organisation": tenant.slug})
    yield tmp_path / "files"
    app.config["SETTINGS"] = before
