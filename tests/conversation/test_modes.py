"""A human takes over: nobody talks over them, and nothing of what is said is lost."""

import json
import threading
from typing import Any

import pytest
import sqlalchemy as sa

from cci_app.channels.message import Text
from cci_app.conversation import completing
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.log import log_conversations
from cci_app.conversation.models import TurnMode
from cci_app.conversation.modes import mode_of, set_mode
from cci_app.conversation.outbox import outbound_messages
from cci_app.conversation.service import Conversation
from cci_app.core.database import jsonb, tenant_transaction
from tests.conversation.scripted import ScriptedAgent, event, say, until


def record(person: Person) -> list[tuple[str, str, bool]]:
    log_conversations()
    with tenant_transaction(person.organisation_id) as session:
        rows = session.execute(
            sa.text("SELECT user_message, agent_response, withheld FROM conversations ORDER BY event_id")
        ).all()
    return [(row.user_message, row.agent_response, row.withheld) for row in rows]


@pytest.mark.parametrize("mode", [TurnMode.HUMAN, TurnMode.PAUSED])
def test_no_agent_is_asked_while_somebody_else_answers(
    conversation: Conversation, person: Person, agent: ScriptedAgent, mode: TurnMode
) -> None:
    say(conversation, person, "one")
    set_mode(person, mode)
    first = conversation.receive(event(person, "two", "two")).reply.body
    assert json.loads(first)["response"] == ""
    assert conversation.receive(event(person, "two", "two")).reply.body == first
    set_mode(person, TurnMode.BOT)
    # The agent goes on where it stood.
    assert say(conversation, person, "three") == "answer 2 to three"
    assert agent.asked == ["one", "three"]
    assert record(person) == [
        ("one", "answer 1 to one", False),
        ("two", "", False),
        ("three", "answer 2 to three", False),
    ]


def test_the_mode_can_be_set_before_the_first_message(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    assert mode_of(person) is TurnMode.BOT
    set_mode(person, TurnMode.HUMAN)
    assert mode_of(person) is TurnMode.HUMAN
    assert conversation.state(person) is None
    assert say(conversation, person, "hola") == ""
    assert (agent.asked, record(person)) == ([], [("hola", "", False)])


def test_a_reply_that_was_being_made_is_withheld(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    say(conversation, person, "one")
    agent.gate.clear()
    replies: list[bytes] = []
    app: Any = conversation._pool._app

    def send() -> None:
        with app.app_context():
            replies.append(conversation.receive(event(person, "two", "two")).reply.body)

    sending = threading.Thread(target=send)
    sending.start()
    until(lambda: agent.asked == ["one", "two"])
    set_mode(person, TurnMode.HUMAN)
    agent.gate.set()
    sending.join(10)
    assert [json.loads(body)["response"] for body in replies] == [""]
    assert record(person) == [("one", "answer 1 to one", False), ("two", "", True)]
    with tenant_transaction(person.organisation_id) as session:
        kept = session.scalars(sa.text("SELECT outcome -> 'parts' FROM webhook_events WHERE text = 'two'")).one()
    assert [part["text"] for part in kept] == ["answer 2 to two"]
    set_mode(person, TurnMode.BOT)
    assert say(conversation, person, "three") == "answer 2 to three"


def test_a_late_answer_is_withheld_or_waits(conversation: Conversation, person: Person, agent: ScriptedAgent) -> None:
    agent.gate.clear()
    assert say(conversation, person, "slow") == "holding es"
    agent.gate.set()
    until(lambda: len(outbound_messages(person.organisation_id)) == 1)
    set_mode(person, TurnMode.HUMAN)
    assert say(conversation, person, "to the human") == ""
    set_mode(person, TurnMode.BOT)
    assert say(conversation, person, "again") == "answer 1 to slow\n\nanswer 2 to again"
    agent.gate.clear()
    assert say(conversation, person, "slower") == "holding es"
    set_mode(person, TurnMode.HUMAN)
    agent.gate.set()
    until(lambda: len(record(person)) == 4)
    assert len(outbound_messages(person.organisation_id)) == 1
    assert record(person)[-1] == ("slower", "", True)


def test_what_is_still_to_be_sent_is_cancelled(
    conversation: Conversation, person: Person, agent: ScriptedAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.says = (Text("uno"), Text("dos"))
    monkeypatch.setattr(type(conversation.channels), "can_push", lambda *_: True)
    monkeypatch.setattr(conversation.outbox, "send", lambda _: [])
    agent.gate.clear()
    assert say(conversation, person, "slow") == "holding es"
    agent.gate.set()
    until(lambda: len(outbound_messages(person.organisation_id)) == 2)
    set_mode(person, TurnMode.HUMAN)
    states = [(message["state"], message["error"]) for message in outbound_messages(person.organisation_id)]
    assert states == [("cancelled", "somebody else answers now")] * 2


def test_a_reset_works_in_any_mode(conversation: Conversation, person: Person, agent: ScriptedAgent) -> None:
    say(conversation, person, "one")
    set_mode(person, TurnMode.HUMAN)
    conversation.receive(Event.reset(person, "api", "api"))
    state = conversation.state(person)
    assert state is not None
    assert state.run is None
    assert mode_of(person) is TurnMode.HUMAN


def test_a_mode_without_protection_lets_the_assistant_speak(
    conversation: Conversation, person: Person, agent: ScriptedAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the second look taken away, the reply talks over the human."""
    unguarded = sa.text(completing._COMPLETE.text.replace("(mode = 'bot' OR :silent)", "(:silent OR true)"))
    assert unguarded.text != completing._COMPLETE.text
    monkeypatch.setattr(completing, "_COMPLETE", unguarded.bindparams(*jsonb("outcome", "state", "reply_to")))
    ask = agent.reply

    def take_over(turn: Any) -> Any:
        reply = ask(turn)
        set_mode(person, TurnMode.HUMAN)
        return reply

    monkeypatch.setattr(agent, "reply", take_over)
    assert say(conversation, person, "one") == "answer 1 to one"
