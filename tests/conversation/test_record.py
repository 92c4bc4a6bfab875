"""What is kept of a conversation: whatever version of the product made it, and whatever else was in the batch."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from cci_app.channels.message import Text
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.log import log_conversations
from cci_app.conversation.outcome import read_outcome
from cci_app.conversation.service import Conversation
from cci_app.core.database import tenant_transaction
from tests.conversation.scripted import ScriptedAgent, say

# As the first version kept it: no number, one text, and progress of every turn.
FIRST = {
    "text": "Bienvenue",
    "language": "fr",
    "run": {"id": "8f7c1c3e-3a43-4a5d-8a0e-3f4d6b1f9a10", "started_at": "2026-01-15T10:00:00+00:00"},
    "ended": {
        "id": "0c0a4a3e-52a5-4b0e-9b57-0d5a37c2b001",
        "started_at": "2025-11-01T10:00:00+00:00",
        "reason": "silence",
    },
    "current_question": 2,
    "questions_answered": 1,
    "completed": False,
    "has_context": True,
    "company": "Vinos SAS",
    "contact": {"first_name": "Ana", "company": "Vinos SAS"},
    "agent": "questionnaire",
    "calls": [
        {
            "purpose": "understanding",
            "provider": "openai",
            "model": "small",
            "outcome": "answered",
            "input_tokens": 120,
            "output_tokens": 8,
            "cost": "0.00012",
            "currency": "USD",
            "duration_ms": 340,
            "at": "2026-01-15T10:00:01+00:00",
        }
    ],
    "answers": [
        {
            "question": 1,
            "text": "oui",
            "status": "answered",
            "asked_at": "2026-01-15T10:00:00+00:00",
            "answered_at": "2026-01-15T10:00:02+00:00",
        }
    ],
    "sources": [{"document_id": 4, "title": "Guide", "page": None}],
    "handoff": {"reason": "asked", "summary": "Ana veut un conseiller"},
    "stages_ms": {"agent": 3.2},
    "response_time_ms": 12,
    "failed": False,
}


def rows(person: Person, statement: str) -> list[tuple[Any, ...]]:
    with tenant_transaction(person.organisation_id) as session:
        return [tuple(row) for row in session.execute(sa.text(statement))]


def change(person: Person, statement: str, **values: Any) -> None:
    with tenant_transaction(person.organisation_id) as session:
        session.execute(sa.text(statement), values)


def test_what_the_first_version_left_unlogged_is_recorded(conversation: Conversation, person: Person) -> None:
    say(conversation, person, "bonjour")
    change(person, "UPDATE webhook_events SET outcome = :outcome", outcome=json.dumps(FIRST))
    log_conversations()
    assert rows(person, "SELECT log_error FROM webhook_events") == [(None,)]
    assert rows(person, "SELECT agent_response, current_question, client_company FROM conversations") == [
        ("Bienvenue", 2, "Vinos SAS")
    ]
    assert rows(person, "SELECT questions_answered, contact_name FROM conversation_runs") == [(1, "Ana")]
    assert rows(person, "SELECT question, text, status FROM answers") == [(1, "oui", "answered")]
    assert rows(person, "SELECT input_tokens, cost::float8 FROM usage_logs") == [(120, 0.00012)]
    assert rows(person, "SELECT summary FROM handoff_requests") == [("Ana veut un conseiller",)]


def test_an_outcome_survives_json() -> None:
    first = read_outcome(FIRST)
    assert first.reply == (Text("Bienvenue"),)
    assert read_outcome(json.loads(json.dumps(first.to_json()))) == first
    second = {name: value for name, value in first.to_json().items() if name not in {"wish", "unanswered"}}
    assert read_outcome({**second, "version": 2}) == first
    with pytest.raises(ValueError, match="version"):
        read_outcome({**first.to_json(), "version": 6})


def test_the_first_interaction_is_the_first_of_its_batch(conversation: Conversation, person: Person) -> None:
    for text in ("uno", "dos", "tres"):
        say(conversation, person, text)
    log_conversations()
    ((first, last),) = rows(person, "SELECT first_interaction, last_interaction FROM user_sessions")
    ((received, completed),) = rows(person, "SELECT min(received_at), max(completed_at) FROM webhook_events")
    assert (first, last) == (received, completed)


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_after_a_reset_nothing_is_completed(conversation: Conversation, person: Person, in_one_batch: bool) -> None:
    say(conversation, person, "uno")
    change(
        person,
        "UPDATE webhook_events SET outcome = jsonb_set(outcome, '{progress}', :progress)",
        progress=json.dumps({"current_question": None, "questions_answered": 7, "completed": True}),
    )
    standing = "SELECT session_completed, total_questions_answered FROM user_sessions"
    if not in_one_batch:
        log_conversations()
        assert rows(person, standing) == [(True, 7)]
    conversation.receive(Event.reset(person, "api", "api"))
    log_conversations()
    assert rows(person, standing) == [(False, 0)]


def test_an_agent_without_progress_shows_no_question(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    agent.asks = False
    say(conversation, person, "hola")
    state = conversation.state(person)
    assert state is not None
    assert state.user_status()["current_question"] is None
    assert state.to_json()["progress"] is None
    log_conversations()
    assert rows(person, "SELECT current_question FROM conversations") == [(None,)]
    assert rows(person, "SELECT current_question, questions_answered FROM conversation_runs") == [(None, 0)]
