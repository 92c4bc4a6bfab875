"""Messages that wait while another is answered: one turn answers them, nothing of them is lost."""

import json
import threading
from typing import Any

import sqlalchemy as sa

from cci_app.conversation.inbound import Person
from cci_app.conversation.log import log_conversations
from cci_app.conversation.service import Conversation
from cci_app.core.database import tenant_transaction
from tests.conversation.scripted import ScriptedAgent, event, until


def waiting(person: Person) -> int:
    with tenant_transaction(person.organisation_id) as session:
        return int(session.scalar(sa.text("SELECT count(*) FROM webhook_events WHERE status = 'received'")) or 0)


def say_while_busy(conversation: Conversation, person: Person, agent: ScriptedAgent, *texts: str, **more: Any) -> Any:
    """Send a message, and the others while it is being answered; the bodies of all replies, by text."""
    bodies: dict[str, bytes] = {}
    app = conversation_app(conversation)

    def send(text: str) -> None:
        with app.app_context():
            bodies[text] = conversation.receive(event(person, text, text, **more)).reply.body

    agent.gate.clear()
    threads = []
    for number, text in enumerate(texts, start=1):
        threads.append(threading.Thread(target=send, args=(text,)))
        threads[-1].start()
        until(lambda: waiting(person) == number)  # noqa: B023
    agent.gate.set()
    for thread in threads:
        thread.join(10)
    return bodies


def conversation_app(conversation: Conversation) -> Any:
    return conversation._pool._app


def test_what_waits_is_answered_as_one_and_each_repeat_gets_its_own(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    bodies = say_while_busy(conversation, person, agent, "uno", "dos", "tres", "cuatro")
    told = {text: json.loads(body)["response"] for text, body in bodies.items()}
    assert told == {"uno": "answer 1 to uno", "dos": "", "tres": "", "cuatro": "answer 2 to dos\ntres\ncuatro"}
    assert agent.asked == ["uno", "dos\ntres\ncuatro"]
    for text, body in bodies.items():
        assert conversation.receive(event(person, text, text)).reply.body == body


def test_every_message_is_a_row_of_the_record_and_the_answer_stands_once(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    say_while_busy(conversation, person, agent, "uno", "dos", "tres")
    log_conversations()
    with tenant_transaction(person.organisation_id) as session:
        rows = session.execute(
            sa.text("SELECT user_message, agent_response, run_id FROM conversations ORDER BY event_id")
        ).all()
        messages = session.scalars(sa.text("SELECT messages FROM conversation_runs")).all()
    assert [(row.user_message, row.agent_response) for row in rows] == [
        ("uno", "answer 1 to uno"),
        ("dos", ""),
        ("tres", "answer 2 to dos\ntres"),
    ]
    assert len({row.run_id for row in rows}) == 1
    assert messages == [3]


def test_manychat_shows_nothing_for_a_message_that_another_answers(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    bodies = say_while_busy(conversation, person, agent, "uno", "dos", "tres", channel="manychat")
    blocks = {text: json.loads(body)["content"]["messages"] for text, body in bodies.items()}
    assert blocks["dos"] == []
    assert [message["text"] for message in blocks["tres"]] == ["answer 2 to dos\ntres"]
